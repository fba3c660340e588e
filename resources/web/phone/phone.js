// Without this script every form still works; with it nothing reloads and the thread is live.
"use strict";
(() => {
  const phone = document.querySelector("main[data-buyer]");
  const base = "/phone/" + phone.dataset.buyer;
  let waiting = false;
  let asking = false;
  let typingTimer = 0;

  const scroller = () => phone.querySelector(".thread");
  const toEnd = () => { const s = scroller(); s.scrollTop = s.scrollHeight; };

  function watchTyping() {
    clearTimeout(typingTimer);
    const left = Number(phone.querySelector("#live").dataset.typing);
    if (left > 0) typingTimer = setTimeout(refresh, left + 50);
  }

  async function refresh() {
    if (asking || phone.querySelector(".menu[open]")) { waiting = true; return; }
    asking = true;
    try {
      const answer = await fetch(base + "/thread");
      if (answer.ok) {
        const holder = document.createElement("template");
        holder.innerHTML = await answer.text();
        const before = scroller();
        const atEnd = before.scrollHeight - before.scrollTop - before.clientHeight < 120;
        const kept = before.scrollTop;
        phone.querySelector("#live").replaceWith(holder.content);
        if (atEnd) toEnd(); else scroller().scrollTop = kept;
        for (const image of phone.querySelectorAll(".picture")) {
          if (!image.complete && atEnd) image.addEventListener("load", toEnd, { once: true });
        }
        watchTyping();
      }
    } catch { /* the server is away: the stream below reconnects and asks again */ }
    asking = false;
    if (waiting) { waiting = false; refresh(); }
  }

  phone.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const data = new FormData(form, event.submitter);
    const open = form.closest("details[open]");
    if (open) open.open = false;
    if (form.matches(".write")) form.reset();
    try {
      await fetch(form.action, { method: "POST", body: data });
    } catch {
      if (form.matches(".write")) form.elements.text.value = data.get("text");
      return;
    }
    if (form.matches("[data-now]")) form.reset();
    await refresh();
    toEnd();
  });

  phone.addEventListener("change", (event) => {
    if (event.target.type === "file" && event.target.files.length) event.target.form.requestSubmit();
  });

  phone.addEventListener("toggle", (event) => {
    if (!event.target.open && waiting) { waiting = false; refresh(); }
  }, true);

  document.addEventListener("click", (event) => {
    const panel = phone.querySelector(".attach[open]");
    if (panel && !panel.contains(event.target)) panel.open = false;
  });

  document.addEventListener("keydown", (event) => {
    const open = phone.querySelector("details[open]");
    if (event.key === "Escape" && open) open.open = false;
  });

  const stream = new EventSource(base + "/events");
  stream.addEventListener("change", refresh);
  stream.addEventListener("open", refresh);
  watchTyping();
  toEnd();
})();
