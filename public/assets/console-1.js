// What the console's pages do beyond their forms: the live part of one that shows what is under way is fetched anew when its events
// say that something has changed.
(() => {
  const live = document.querySelector("[data-live]");
  const lost = document.querySelector("[data-live-lost]");
  if (!live) return;
  let seen = live.dataset.live;
  let events;
  let isWanted = false;
  let isUnderWay = false;

  const give_up = () => {
    events?.close();
    if (lost) lost.hidden = false;
  };

  // One at a time; what is said meanwhile is asked for after it.
  const renew = async () => {
    isWanted = true;
    if (isUnderWay) return;
    isUnderWay = true;
    while (isWanted) {
      isWanted = false;
      const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => null);
      // The door, or an error: not what stood here.
      if (!answer?.ok || answer.redirected) {
        give_up();
        break;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.querySelector("[data-live]") ?? page.querySelector("[data-live-done]");
      if (!next) {
        give_up();
        break;
      }
      seen = next.dataset.live;
      // Whoever is about to press a button here keeps it.
      const held = [...live.querySelectorAll("a, button")].indexOf(document.activeElement);
      live.replaceChildren(...next.childNodes);
      if (held >= 0) live.querySelectorAll("a, button")[held]?.focus();
    }
    isUnderWay = false;
  };

  const listen = () => {
    if (!seen) return;
    events = new EventSource(seen);
    events.addEventListener("changed", renew);
    events.addEventListener("done", () => {
      events.close();
      renew();
    });
    // Closed by an answer that is no stream: the session is over. Everything else the browser mends by itself.
    events.addEventListener("error", () => {
      if (events.readyState === EventSource.CLOSED) give_up();
    });
  };

  // A page that nobody looks at keeps no connection, and no session, alive.
  document.addEventListener("visibilitychange", async () => {
    events?.close();
    if (document.hidden) return;
    await renew();
    listen();
  });
  if (!document.hidden) listen();
})();
