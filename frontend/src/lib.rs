//! The browser's doorbell: it hydrates the page that the server rendered, and nothing else.

/// Takes over the rendered page. Called once by the loader that the shell puts into the document.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    // What a panic says is for those who build it; visitors do not carry its text along.
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_lazy(app::App);
}
