(() => {
  const root = document.documentElement, $ = id => document.getElementById(id);
  const shows = part => root.dataset.show.split(" ").includes(part);
  let stream, product, heard = Date.now(), code = "", fed = "";

  // Only what differs is touched: an update must not flicker on air.
  const put = (id, text) => { if ($(id).textContent !== text) $(id).textContent = text; };
  const hide = (id, yes) => { if ($(id).hidden !== yes) $(id).hidden = yes; };

  // A long word or sum gives up size before it breaks or runs out of the card.
  const fit = (id, least) => {
    const part = $(id), room = $("call").getBoundingClientRect().width;
    part.style.setProperty("--fit", 1);
    part.style.position = "absolute";
    part.style.maxWidth = "none";
    part.style.whiteSpace = "nowrap";
    const wide = part.getBoundingClientRect().width;
    for (const name of ["position", "max-width", "white-space"]) part.style.removeProperty(name);
    if (wide > room && room) part.style.setProperty("--fit", Math.max(least, room / wide * .99));
  };

  const picture = (img, holder, address) => {
    if (img.dataset.from === address) return;
    img.dataset.from = address;
    holder.hidden = !address;
    img.removeAttribute("src");
    if (!address) return;
    const fresh = new Image();
    fresh.onload = () => { if (img.dataset.from === address) img.src = address; };
    fresh.onerror = () => { if (img.dataset.from === address) { holder.hidden = true; delete img.dataset.from; } };
    fresh.src = address;
  };

  const draw = now => {
    const p = now.product, feed = shows("feed") ? now.feed : [];
    hide("waiting", !!p || !(now.store || now.logo));
    put("store", now.store);
    picture($("logo"), $("logo"), now.logo);
    if (feed.join("\n") !== fed) {
      fed = feed.join("\n");
      $("feed").replaceChildren(...feed.map(text => Object.assign(document.createElement("li"), {textContent: text})));
    }
    const bare = !p || !["product", "qr", "stock"].some(shows);
    if (p && p.id !== product) {
      $("card").classList.remove("new");
      void $("card").offsetWidth;
      $("card").classList.add("new");
    }
    product = p && p.id;
    hide("card", bare);
    if (!p) return;
    $("card").dataset.tone = p.tone;
    for (const part of ["title", "price", "write", "keyword"]) put(part, shows("product") ? p[part] : "");
    put("left", shows("stock") ? p.left : "");
    put("held", shows("stock") ? p.held : "");
    hide("words", !shows("product") && !shows("stock"));
    hide("code", !p.qr || !shows("qr"));
    picture($("picture"), $("photo"), shows("product") ? p.photo : "");
    put("scan", p.scan);
    if (p.qr !== code) { code = p.qr; $("qr").innerHTML = code; }
    fitted();
  };

  const told = event => {
    heard = Date.now();
    delete root.dataset.lost;
    if (event.type !== "message") return;
    const now = JSON.parse(event.data);
    if (now.page !== root.dataset.page) return location.reload();
    draw(now);
  };

  // A card higher than the picture gives up its photo first.
  const fitted = () => {
    fit("keyword", .5);
    fit("price", .4);
    delete root.dataset.tall;
    if ($("stage").getBoundingClientRect().height > innerHeight * .96) root.dataset.tall = "1";
  };

  const follow = () => {
    if (stream) stream.close();
    stream = new EventSource(root.dataset.events);
    stream.onmessage = told;
    stream.addEventListener("beat", told);
  };

  // The browser comes back by itself after a cut, but not after a refusal, nor from a line that fell silent.
  setInterval(() => {
    const silence = Date.now() - heard;
    if (silence > 8000 && stream.readyState !== 1) root.dataset.lost = "1";
    if (stream.readyState === 2 || silence > 40000) { if (silence > 40000) heard = Date.now() - 8001; follow(); }
  }, 3000);
  addEventListener("resize", fitted);
  follow();
})();
