/* The page around the timelines: which scenarios are seen, what is open on arrival, keys, the printer. */
(() => {
  const timelines = new Map();
  const scenarios = [...document.querySelectorAll(".scenario")];
  const filter = document.getElementById("filter"), help = document.getElementById("help");
  let current = null;

  function timelineOf(scenario) {
    const host = scenario.querySelector(".timeline");
    if (!host) return null;
    if (!timelines.has(host)) {
      const data = JSON.parse(document.getElementById(host.dataset.from).textContent);
      const timeline = new Timeline(host, data);
      timelines.set(host, timeline);
      host.addEventListener("focusin", () => { current = timeline; });
      host.addEventListener("pointerdown", () => { current = timeline; });
      for (const place of scenario.querySelectorAll("[data-step]")) {
        const button = make("button", "link mono", place.textContent);
        button.type = "button";
        button.addEventListener("click", () => { current = timeline; timeline.goTo(Number(place.dataset.step)); });
        place.replaceChildren(button);
      }
      // What the timeline tells need not be read twice.
      const steps = scenario.querySelector(".steps");
      if (steps) steps.open = false;
    }
    return timelines.get(host);
  }

  function show(scenario) {
    const timeline = timelineOf(scenario);
    if (timeline) current = timeline;
    return timeline;
  }

  for (const scenario of scenarios)
    scenario.addEventListener("toggle", () => { if (scenario.open) show(scenario); });

  /* --- the filter --------------------------------------------------------------------------------------------------- */

  function refilter() {
    const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let seen = 0;
    for (const scenario of scenarios) {
      const words = scenario.dataset.words.toLowerCase();
      scenario.hidden = !wanted.every((word) => words.includes(word));
      if (!scenario.hidden) ++seen;
    }
    document.getElementById("nothing").hidden = seen > 0 || scenarios.length === 0;
    document.getElementById("shown").textContent = wanted.length ? `${seen} of ${scenarios.length}` : "";
  }
  filter.addEventListener("input", refilter);
  document.querySelector(".tools").hidden = false;
  document.getElementById("help-button").addEventListener("click", () => help.showModal());

  /* --- keys --------------------------------------------------------------------------------------------------------- */

  const moves = {
    ArrowDown: (t) => t.move(1), j: (t) => t.move(1), ArrowUp: (t) => t.move(-1), k: (t) => t.move(-1),
    J: (t) => t.step(1), K: (t) => t.step(-1), n: (t) => t.problem(1), N: (t) => t.problem(-1),
    PageDown: (t) => t.move(t.page()), PageUp: (t) => t.move(-t.page()),
    Home: (t) => t.move(-1e9), End: (t) => t.move(1e9),
    Enter: (t) => t.select(t.selected, true), Escape: (t) => t.select(t.selected, false),
  };
  /* Keys that mean something to the page everywhere; the others only inside a timeline. */
  const anywhere = new Set(["j", "k", "J", "K", "n", "N", "Escape"]);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const target = event.target;
    if (target.matches("input[type=search]")) {
      if (event.key === "Escape") target.blur();
      return;
    }
    if (event.key === "/") {
      filter.focus();
      filter.select();
    } else if (event.key === "?") {
      help.showModal();
    } else if (moves[event.key] && current) {
      const inside = target === current.list;
      if (!inside && !anywhere.has(event.key)) return;
      if (!inside && event.key !== "Escape") current.list.focus({preventScroll: true});
      moves[event.key](current);
      if (!inside) current.list.scrollIntoView({block: "nearest"});
    } else {
      return;
    }
    event.preventDefault();
  });

  /* --- the printer -------------------------------------------------------------------------------------------------- */

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll(".scenario:not([hidden]), .scenario:not([hidden]) .steps")].filter((d) => !d.open);
    for (const details of opened) details.open = true;
    for (const scenario of scenarios) if (!scenario.hidden) timelineOf(scenario);
    for (const details of document.querySelectorAll(".steps")) details.open = true;
    for (const timeline of timelines.values()) timeline.print(true);
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    for (const timeline of timelines.values()) timeline.print(false);
  });

  /* --- arrival ------------------------------------------------------------------------------------------------------ */

  const named = location.hash.startsWith("#scenario-") ? document.getElementById(location.hash.slice(1)) : null;
  if (named) named.open = true;
  const first = named || scenarios.find((scenario) => scenario.open);
  for (const scenario of scenarios) if (scenario.open) show(scenario);
  const timeline = first && show(first);
  if (timeline && timeline.data.focus >= 0) {
    timeline.list.focus({preventScroll: true});
    timeline.host.scrollIntoView({block: "nearest"});
  } else if (named) {
    named.scrollIntoView();
  }
})();
