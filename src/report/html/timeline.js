/* One timeline: its rows are the moments of a run from top to bottom, its columns the lanes. Only what is seen exists in
   the page. The data are arrays:
     lanes     [kind, name]
     moments   [word, lane, from, step, time_ns, text, flags, seq]      flags: 1 bad, 2 minor; -1 for no lane, no step
     spans     [kind, lane, first, last, word, text, flags, depth]      flags: 1 ended, 2 bad; first and last: moments
     steps     by index: [number, who, what, note, state, place]
     failures  [step, what, expected, got, help]
     findings  [step, rule, severity, title, evidence, advice] */

const OVERSCAN = 6, HEAD = 44;

class Timeline {
  constructor(host, data) {
    this.host = host;
    this.data = data;
    this.moments = data.moments.map(([word, lane, from, step, time, text, flags, seq], index) => ({
      index, what: data.words[word], lane, from, step, time, text, bad: (flags & 1) !== 0, minor: (flags & 2) !== 0, seq,
    }));
    this.spans = data.spans.map(([kind, lane, first, last, word, text, flags, depth]) => ({
      kind, lane, first, last, word, text, ended: (flags & 1) !== 0, bad: (flags & 2) !== 0, depth,
      laneKind: lane < 0 ? "" : data.lanes[lane][0],
    })).filter((span) => span.kind !== "step");
    this.geometry = laneGeometry(data.lanes);
    this.everything = false;
    this.wanted = "";
    this.drawn = new Map();
    this.opened = false;
    this.build();
    this.arrange();
    const first = data.focus >= 0 ? data.focus : this.rows[0];
    this.select(first === undefined ? -1 : first, data.focus >= 0);
    new ResizeObserver(() => this.measure()).observe(this.list);
    this.measure();
    if (this.selected >= 0) this.reveal("center");
  }

  build() {
    const head = make("div", "bar");
    head.append(make("h3", "", "Timeline"));
    const all = make("label", "for-screen");
    this.box = make("input");
    this.box.type = "checkbox";
    this.box.addEventListener("change", () => this.choose(() => { this.everything = this.box.checked; }));
    all.append(this.box, "interface calls and loader events too");
    const find = make("label", "for-screen", "Find ");
    this.find = make("input");
    this.find.type = "search";
    this.find.addEventListener("input", () => this.choose(() => { this.wanted = this.find.value.toLowerCase(); }));
    find.append(this.find);
    const next = make("button", "for-screen", "Next problem");
    next.type = "button";
    next.addEventListener("click", () => this.problem(1));
    next.hidden = !this.moments.some((moment) => moment.bad);
    this.many = make("span", "many");
    head.append(all, find, next, this.many);

    this.view = make("div", "view");
    this.list = make("div", "rows");
    this.list.tabIndex = 0;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "events of the story, in their order");
    this.head = make("div", "lanes");
    this.head.setAttribute("aria-hidden", "true");
    this.sheet = make("div", "sheet");
    this.svg = shape(this.sheet, "svg", {"aria-hidden": "true"});
    this.list.append(this.head, this.sheet);
    this.pane = make("div", "details");
    this.pane.hidden = true;
    this.pane.setAttribute("role", "region");
    this.pane.setAttribute("aria-label", "the event that is open");
    this.pane.setAttribute("aria-live", "polite");
    this.view.append(this.list, this.pane);
    const legend = make("ul", "legend for-screen");
    legend.setAttribute("aria-label", "what shapes mean");
    drawLegend(legend);
    this.view.classList.toggle("still", this.moments.every((moment) => moment.time === 0));
    this.host.append(head, this.view, legend);
    this.host.hidden = false;

    this.list.addEventListener("scroll", () => this.later());
    this.sheet.addEventListener("click", (event) => {
      const row = Math.floor((event.clientY - this.sheet.getBoundingClientRect().top) / ROW);
      if (this.rows[row] !== undefined) this.select(this.rows[row], true);
    });
  }

  /* Which moments are rows, and for every moment the row where it would stand. */
  arrange() {
    const fits = (moment) => !this.wanted || (moment.what + " " + moment.text).toLowerCase().includes(this.wanted);
    const steps = new Set();
    if (this.wanted) for (const moment of this.moments) if (fits(moment)) steps.add(moment.step);
    this.rows = [];
    this.place = new Int32Array(this.moments.length + 1);
    this.isRow = new Uint8Array(this.moments.length + 1);
    for (const moment of this.moments) {
      this.place[moment.index] = this.rows.length;
      const seen = (!moment.minor || this.everything) &&
        (fits(moment) || (moment.what === "step" && steps.has(moment.step)));
      if (!seen) continue;
      this.isRow[moment.index] = 1;
      this.rows.push(moment.index);
    }
    this.place[this.moments.length] = this.rows.length;
    this.many.textContent = this.rows.length + " of " + this.moments.length + " events";
    this.sheet.style.height = this.rows.length * ROW + "px";
    for (const element of this.drawn.values()) element.remove();
    this.drawn.clear();
  }

  choose(change) {
    change();
    this.arrange();
    if (this.selected >= 0 && !this.isRow[this.selected] && this.rows.length)
      this.select(this.rows[Math.min(this.place[this.selected], this.rows.length - 1)], this.opened);
    if (this.selected >= 0) this.reveal("center");
    this.draw();
  }

  measure() {
    const width = this.printing ? 0 : this.list.clientWidth;
    this.left = this.printing ? 330 : Math.round(Math.min(620, Math.max(250, width - Math.min(this.geometry.width + 8, width * 0.6))));
    this.width = Math.max(this.left + this.geometry.width + 8, width);
    this.head.style.width = this.sheet.style.width = this.width + "px";
    for (const element of this.drawn.values()) this.stretch(element);
    this.draw();
  }
  stretch(element) {
    element.style.width = this.width + "px";
    element.firstChild.style.width = this.left + "px";
  }

  later() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.draw(); });
  }

  /* The rows and lanes that are to be seen now, all of them for a printer. */
  window() {
    if (this.printing) return {first: 0, last: this.rows.length, lo: 0, hi: this.data.lanes.length};
    const top = this.list.scrollTop, height = this.list.clientHeight;
    const first = Math.max(0, Math.floor(top / ROW) - OVERSCAN);
    const last = Math.min(this.rows.length, Math.ceil((top + height - HEAD) / ROW) + OVERSCAN);
    const begin = this.list.scrollLeft, end = begin + this.list.clientWidth - this.left;
    let lo = 0, hi = this.data.lanes.length;
    while (lo < hi && this.geometry.all[lo].left + this.geometry.all[lo].width < begin) ++lo;
    while (hi > lo && this.geometry.all[hi - 1].left > end) --hi;
    return {first, last, lo, hi};
  }

  draw() {
    if (!this.rows || this.left === undefined) return;
    const {first, last, lo, hi} = this.window();
    for (const [row, element] of this.drawn) {
      if (row >= first && row < last) continue;
      element.remove();
      this.drawn.delete(row);
    }
    for (let row = first; row < last; ++row)
      if (!this.drawn.has(row)) this.drawn.set(row, this.sheet.appendChild(this.row(row)));
    this.mark();
    this.drawHead(lo, hi);
    this.drawLanes(first, last, lo, hi);
  }

  row(row) {
    const moment = this.moments[this.rows[row]];
    const element = make("div", "row is-" + moment.what + (moment.bad ? " is-bad" : ""));
    element.id = `${this.host.dataset.from}-${moment.index}`;
    element.style.top = row * ROW + "px";
    element.setAttribute("role", "option");
    element.setAttribute("aria-posinset", row + 1);
    element.setAttribute("aria-setsize", this.rows.length);
    const said = make("div", "said");
    const before = row > 0 ? this.moments[this.rows[row - 1]].time : 0;
    const moved = moment.time > before;
    const at = make("span", "at", moved ? "+" + duration(moment.time - before) : "");
    if (moved) at.title = "virtual time: " + duration(moment.time);
    const step = moment.what === "step" ? this.data.steps[moment.step] : null;
    said.append(at, make("span", "what", step ? "step " + step[0].split(" ")[0] : this.word(moment)));
    const text = step ? (step[1] ? step[1] + "  " + step[2] : step[3]) : moment.text;
    said.append(make("span", "text", text.split("\n", 1)[0]));
    element.append(said);
    element.setAttribute("aria-label", [this.word(moment), text, this.lane(moment.lane)].filter(Boolean).join(", "));
    this.stretch(element);
    return element;
  }

  word(moment) {
    return moment.what === "message" && moment.lane >= 0 ? "\u2192 " + this.data.lanes[moment.lane][1] : moment.what;
  }
  lane(index) {
    return index < 0 ? "" : this.data.lanes[index].join(" ");
  }

  drawHead(lo, hi) {
    const parts = [make("span", "corner", "time, event")];
    parts[0].style.width = this.left + "px";
    for (let i = lo; i < hi; ++i) {
      const [kind, name] = this.data.lanes[i], lane = this.geometry.all[i];
      const element = make("div", "lane");
      element.style.left = this.left + lane.left + "px";
      element.style.width = lane.width + "px";
      if (kind === "driver" || kind === "library") element.style.cssText += "text-align: left; padding-left: 14px";
      element.title = kind + " " + name;
      element.append(make("small", "", kind), make("b", "", name));
      parts.push(element);
    }
    this.head.replaceChildren(...parts);
  }

  drawLanes(first, last, lo, hi) {
    const svg = this.svg, from = this.geometry.all[lo], to = this.geometry.all[hi - 1];
    svg.replaceChildren();
    if (!from || !to || last <= first) return;
    const width = to.left + to.width - from.left, height = (last - first) * ROW;
    svg.setAttribute("width", width);
    svg.setAttribute("height", height);
    svg.style.top = first * ROW + "px";
    svg.style.left = this.left + from.left + "px";
    hatches(svg);
    const x = (lane) => this.geometry.all[lane].x - from.left;
    const y = (moment) => (this.place[moment] - first + (this.isRow[moment] ? 0.5 : 0)) * ROW;
    const seen = (lane) => lane >= lo && lane < hi;
    for (let lane = lo; lane < hi; ++lane)
      shape(svg, "line", {x1: x(lane), x2: x(lane), y1: 0, y2: height, class: "guide"});
    const top = Math.max(0, this.list.scrollTop - first * ROW);
    for (const kind of ["life", "state", "call", "wait", "callback"]) {
      for (const span of this.spans) {
        if (span.kind !== kind || !seen(span.lane) || this.place[span.first] > last) continue;
        const y2 = span.ended ? y(span.last) : (this.rows.length - first) * ROW;
        const y1 = y(span.first);
        if (y2 < 0) continue;
        drawSpan(svg, span, x(span.lane), Math.max(y1, -4), Math.min(y2, height + 4), top);
      }
    }
    for (let row = first; row < last; ++row) {
      const moment = this.moments[this.rows[row]], at = (row - first + 0.5) * ROW;
      if (row > 0 && moment.time > this.moments[this.rows[row - 1]].time)
        shape(svg, "line", {x1: 0, x2: width, y1: at - ROW / 2, y2: at - ROW / 2, class: "jump"});
      const arrow = moment.from >= 0 && moment.lane >= 0;
      const line = moment.what === "message" ? "message" : "caller";
      if (arrow && (seen(moment.from) || seen(moment.lane)))
        drawArrow(svg, x(moment.from), x(moment.lane), at, line, moment.text);
      if (moment.lane >= 0 && seen(moment.lane) && (!arrow || moment.bad))
        drawMark(svg, x(moment.lane), at, moment.what, moment.bad, moment.text);
    }
  }

  /* --- the event that is chosen ------------------------------------------------------------------------------------ */

  select(index, open) {
    this.selected = index;
    this.opened = open;
    this.mark();
    this.pane.hidden = !open || index < 0;
    this.view.classList.toggle("with-details", !this.pane.hidden);
    if (!this.pane.hidden) fillDetails(this, this.moments[index]);
  }
  mark() {
    for (const [row, element] of this.drawn)
      element.setAttribute("aria-selected", this.rows[row] === this.selected ? "true" : "false");
    if (this.selected >= 0) this.list.setAttribute("aria-activedescendant", `${this.host.dataset.from}-${this.selected}`);
  }
  reveal(where) {
    const top = this.place[this.selected] * ROW, height = this.list.clientHeight - HEAD;
    if (where === "center") this.list.scrollTop = top - height / 2;
    else if (top < this.list.scrollTop) this.list.scrollTop = top;
    else if (top + ROW > this.list.scrollTop + height) this.list.scrollTop = top + ROW - height;
    const lane = this.geometry.all[this.moments[this.selected].lane];
    if (lane) {
      const seen = this.list.clientWidth - this.left;
      if (lane.left < this.list.scrollLeft) this.list.scrollLeft = lane.left;
      else if (lane.left + lane.width > this.list.scrollLeft + seen) this.list.scrollLeft = lane.left + lane.width - seen;
    }
    this.draw();
  }
  move(by) {
    if (!this.rows.length) return;
    const at = this.place[this.selected] + by;
    this.select(this.rows[Math.max(0, Math.min(at, this.rows.length - 1))], this.opened);
    this.reveal();
  }
  seek(direction, fits) {
    for (let row = this.place[this.selected] + direction; row >= 0 && row < this.rows.length; row += direction) {
      if (!fits(this.moments[this.rows[row]])) continue;
      this.select(this.rows[row], this.opened);
      return this.reveal();
    }
  }
  step(direction) { this.seek(direction, (moment) => moment.what === "step"); }
  problem(direction) { this.seek(direction, (moment) => moment.bad && moment.what !== "step"); }
  /* To a step of the story: its event that deserves attention, or its beginning. */
  goTo(step) {
    const all = this.moments.filter((moment) => moment.step === step && this.isRow[moment.index]);
    const there = all.find((moment) => moment.bad) || all[0];
    if (!there) return;
    this.select(there.index, true);
    this.reveal("center");
    this.list.focus({preventScroll: true});
    this.host.scrollIntoView({block: "nearest"});
  }
  page() { return Math.max(1, Math.floor((this.list.clientHeight - HEAD) / ROW) - 1); }

  /* A printer gets short timelines whole; of long ones the steps below say what happened. */
  print(on) {
    const most = 500;
    this.host.hidden = on && this.rows.length > most;
    if (this.host.hidden) return;
    this.printing = on;
    this.host.style.zoom = "";
    this.list.scrollTop = 0;
    this.measure();
    if (on) this.host.style.zoom = Math.min(1, 680 / this.width);
  }
}
