// What the sign-up pages do beyond their forms: whether an address is free, and how far an agency is.
(() => {
  const ask = async (path, values) => {
    const answer = await fetch(path, { method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams(values) });
    if (answer.status === 429) return { wait: Number(answer.headers.get("retry-after")) || 60 };
    return answer.ok ? answer.json() : null;
  };

  const slug = document.querySelector('[name="slug"]');
  const company = document.querySelector('[name="company_name"]');
  const said = document.getElementById("slug-said");
  if (slug && company && said) {
    let isChosen = slug.value !== "";
    let last = 0;
    let timer;
    const check = (values) => {
      clearTimeout(timer);
      const mine = ++last;
      timer = setTimeout(async () => {
        const verdict = await ask("/fn/sign_up/check_slug", values).catch(() => null);
        if (mine !== last) return;
        said.textContent = (verdict?.wait ? said.dataset.wait : verdict?.said) ?? "";
        said.dataset.free = verdict?.is_free ?? "";
        if (verdict?.wait) timer = setTimeout(() => check(values), verdict.wait * 1000);
        else if (verdict && !isChosen) slug.value = verdict.slug;
      }, 300);
    };
    company.addEventListener("input", () => { if (!isChosen) check({ company_name: company.value }); });
    slug.addEventListener("input", () => {
      isChosen = slug.value !== "";
      check({ slug: slug.value, company_name: company.value });
    });
  }

  const steps = document.querySelector("[data-progress]");
  if (steps) {
    const heldUp = document.querySelector("[data-held-up]");
    const events = new EventSource("/cadastro/andamento/eventos");
    // A stream that is cut off, refused, or kept back by whoever stands between: the page is asked for anew, as it is without a
    // script, and shown once it answers. What a stream that comes through says first is what has happened so far.
    let timer;
    const askAnew = () => {
      timer ??= setTimeout(async () => {
        timer = undefined;
        const answer = await fetch(location.href).catch(() => null);
        if (answer?.ok) location.reload();
        else askAnew();
      }, 5_000);
    };
    askAnew();
    events.addEventListener("error", askAnew);
    const hear = (name, act) => {
      events.addEventListener(name, (event) => {
        clearTimeout(timer);
        timer = undefined;
        act(event);
      });
    };
    hear("step", (event) => {
      steps.querySelector(`[data-step="${event.data}"]`)?.classList.add("is-done");
      heldUp.hidden = true;
    });
    hear("held_up", () => { heldUp.hidden = false; });
    hear("done", () => { events.close(); location.reload(); });
  }
  document.querySelector("form[data-enter]")?.requestSubmit();
})();
