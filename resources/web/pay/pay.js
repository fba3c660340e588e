(() => {
  const $ = id => document.getElementById(id);
  let main, since, left, opening = 0, gone = 0, stream, asked = 0;

  // The time left is the server's: this phone's clock may be wrong, only its differences count.
  const read = ms => { left = ms; since = Date.now(); };

  const tick = () => {
    if (!main.dataset.left) return;
    const rest = left - (Date.now() - since), late = rest <= +main.dataset.from, s = Math.max(0, Math.ceil(rest / 1000));
    $("until").hidden = late;
    $("last").hidden = !late;
    if (late) $("clock").textContent = (s / 60 | 0) + ":" + (s % 60 + 100 + "").slice(1);
    if (rest < -1200 && !opening && Date.now() - asked > 5000) look();
  };

  const begin = () => {
    main = document.querySelector("main");
    read(+main.dataset.left);
    tick();
  };

  // Take the page's new state without leaving it; a page that cannot be had stays, and says so.
  const look = async () => {
    asked = Date.now();
    try {
      const answer = await fetch(main.dataset.page, {cache: "no-store"});
      if (!answer.ok) return location.reload();
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (opening) return;
      const typed = $("phone"), typing = typed && document.activeElement === typed;
      main.replaceWith(fresh.querySelector("main"));
      const again = $("phone");
      if (typed && again) { again.value = typed.value; if (typing) again.focus(); }
      document.title = fresh.title;
      begin();
      lost(false);
    } catch (silence) { lost(true); }
  };

  const heard = news => {
    lost(false);
    if (news.version !== main.dataset.version) { if (!opening) look(); } else read(news.left);
    if (news.final) close();
  };

  const lost = yes => {
    clearTimeout(gone);
    gone = 0;
    const show = () => { if ($("lost")) $("lost").hidden = !yes; };
    if (yes) gone = setTimeout(show, 4000); else show();
  };

  const close = () => { if (stream) stream.close(); stream = null; };

  const poll = async () => {
    if (document.hidden || opening) return;
    try {
      const answer = await fetch(main.dataset.token + "/status", {cache: "no-store"});
      if (answer.ok) heard(await answer.json());
    } catch (silence) { lost(true); }
  };

  const follow = () => {
    if (stream || main.dataset.final) return;
    if (!window.EventSource) return;
    stream = new EventSource(main.dataset.token + "/events");
    stream.onmessage = event => heard(JSON.parse(event.data));
    stream.addEventListener("end", close);
    stream.onerror = () => { if (!gone) lost(true); if (stream && stream.readyState === 2) close(); };
  };

  document.addEventListener("submit", event => {
    const way = event.submitter;
    if (!way || !way.dataset.opening) return;
    if (opening) return event.preventDefault();
    opening = setTimeout(() => location.reload(), 30000);
    event.target.classList.add("opening");
    way.classList.add("now");
    way.querySelector("span").textContent = way.dataset.opening;
    const go = way.querySelector(".go");
    go.innerHTML = '<path d="M12 3a9 9 0 1 0 9 9"/>';
    go.classList.add("spin");
  });
  addEventListener("pageshow", event => { if (event.persisted) location.reload(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) stream ? poll() : follow(); });
  addEventListener("online", () => { close(); follow(); });

  begin();
  const clean = new URL(location);
  if (clean.searchParams.has("n") || clean.searchParams.has("t")) {
    clean.searchParams.delete("n");
    clean.searchParams.delete("t");
    history.replaceState(null, "", clean);
  }
  follow();
  setInterval(tick, 250);
  setInterval(() => { if (!stream && !main.dataset.final) poll(); }, 20000);
})();
