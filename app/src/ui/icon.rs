//! Line icons, drawn for a 24-unit square, in the colour of the text around them.

use leptos::prelude::*;
use leptos::tachys::html::InertElement;

/// Which icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each name is its own description")]
pub enum IconName {
    Home,
    Building,
    Plan,
    Person,
    SignOut,
    Search,
    Plus,
    Warning,
    Check,
    ArrowLeft,
    ArrowRight,
    External,
    Phone,
    Mail,
    Pin,
    Globe,
    Close,
    Camera,
    Chat,
    Trash,
    Store,
}

/// The whole element as text, put together while compiling: a page has dozens, and nothing in one ever changes.
macro_rules! drawing {
    ($path:literal) => {
        concat!(
            r#"<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d=""#,
            $path,
            r#""></path></svg>"#
        )
    };
}

impl IconName {
    const fn drawing(self) -> &'static str {
        match self {
            Self::Home => drawing!("M3 11 12 3l9 8M5 9.5V21h5v-6h4v6h5V9.5"),
            Self::Building => drawing!("M4 21V5l8-2v18M12 8l8 2v11M2 21h20M7 8h2M7 12h2M7 16h2M15 13h2M15 17h2"),
            Self::Plan => drawing!("M4 6h16v12H4zM4 10h16M8 15h3"),
            Self::Person => drawing!("M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 21c0-4 3.6-6 8-6s8 2 8 6"),
            Self::SignOut => drawing!("M9 21H5a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1h4M16 16l4-4-4-4M20 12H9"),
            Self::Search => drawing!("M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM20 20l-4-4"),
            Self::Plus => drawing!("M12 5v14M5 12h14"),
            Self::Warning => drawing!("M12 4 2.5 20h19L12 4ZM12 10v4M12 17v.5"),
            Self::Check => drawing!("M5 12.5 10 17l9-10"),
            Self::ArrowLeft => drawing!("M20 12H5M11 6l-6 6 6 6"),
            Self::ArrowRight => drawing!("M4 12h15M13 6l6 6-6 6"),
            Self::External => drawing!("M14 4h6v6M20 4l-9 9M18 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h5"),
            Self::Phone => {
                drawing!("M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a1 1 0 0 1-1 1A15 15 0 0 1 4 5a1 1 0 0 1 1-1Z")
            }
            Self::Mail => drawing!("M3 6h18v12H3zM3 7l9 6 9-6"),
            Self::Pin => {
                drawing!(
                    "M12 21s7-6.5 7-11.5A7 7 0 0 0 5 9.5C5 14.500 12 21 12 21ZM12 12a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z"
                )
            }
            Self::Close => drawing!("M6 6l12 12M18 6 6 18"),
            Self::Camera => drawing!("M4 8h3l2-3h6l2 3h3v11H4zM12 16.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7Z"),
            Self::Chat => drawing!("M4 5h16v11H10l-6 4z"),
            Self::Trash => drawing!("M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5"),
            Self::Store => {
                drawing!(
                    "M4 10v10h16V10M3 10l2-6h14l2 6M3 10c0 3 4.500 3 4.500 0c0 3 4.500 3 4.500 0c0 3 4.500 3 4.500 0c0 3 4.500 3 4.500 0M10 20v-5h4v5"
                )
            }
            Self::Globe => {
                drawing!("M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18")
            }
        }
    }
}

/// An icon beside words: it says nothing to a screen reader. Its lines are drawn by `.icon` of the style sheet.
#[component]
pub fn Icon(
    /// Which icon.
    name: IconName,
) -> impl IntoView {
    InertElement::new(name.drawing())
}
