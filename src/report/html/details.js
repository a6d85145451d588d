/* What is known of one event, beside the timeline: every text is put in as text. */

const MEANING = {
  call: "a process calls", returns: "what the call gave", raises: "the call raised an exception",
  blocks: "the process waits for its answer", runs: "a callback of the driver runs", leaves: "a callback came back",
  message: "arrived in the mailbox", ends: "the process ended", starts: "the process is there",
  opens: "a port was opened", closes: "the port is being closed", closed: "stop has returned: the port is gone",
  state: "what the driver is from here on", proof: "what is in memory now, whatever the calls returned",
  misuse: "the driver used its interface in a way it must not", gone: "cleared away in silence with the port",
  log: "what a node would have logged", outside: "from outside the story", loader: "libraries opened and closed",
  thread: "a thread of the driver", api: "a call of the driver interface", FAILED: "an expectation did not hold",
  died: "the story ended here", step: "a step of the story",
};

function make(name, kind, text) {
  const element = document.createElement(name);
  if (kind) element.className = kind;
  if (text !== undefined) element.textContent = text;
  return element;
}

function duration(ns) {
  for (const [unit, size] of [["min", 6e10], ["s", 1e9], ["ms", 1e6], ["us", 1e3]])
    if (ns >= size) return +(ns / size).toFixed(3) + " " + unit;
  return ns + " ns";
}

function more(pane, title, rows) {
  const list = make("dl");
  for (const [name, text, kind] of rows)
    if (text) list.append(make("dt", "", name), make("dd", kind || "", text));
  pane.append(make("h5", "", title), list);
}

/* What went on at that moment, and what its step came to, too. */
function fillDetails(timeline, moment) {
  const pane = timeline.pane, data = timeline.data, list = make("dl");
  const close = make("button", "close", "Close");
  close.type = "button";
  close.addEventListener("click", () => { timeline.select(timeline.selected, false); timeline.list.focus(); });
  pane.replaceChildren(close, make("h4", "", moment.text || moment.what), list);
  const row = (name, text) => { if (text) list.append(make("dt", "", name), make("dd", "", text)); };
  row("event", moment.what + (MEANING[moment.what] ? ": " + MEANING[moment.what] : ""));
  row("where", timeline.lane(moment.lane));
  row("from", timeline.lane(moment.from));
  const step = data.steps[moment.step];
  if (step) {
    row("step", step[0] + (step[1] ? ": " + step[1] + "  " + step[2] : ""));
    row("note", step[3]);
    row("at", step[5]);
  }
  row("virtual time", duration(moment.time));
  row("journal", "entry " + moment.seq);
  for (const [index, what, expected, got, help] of data.failures) {
    if (index !== moment.step || (moment.what !== "FAILED" && moment.what !== "step")) continue;
    more(pane, "FAILED: " + what, [["expected", expected, "expected"], ["got", got, "got"], ["what to do", help]]);
  }
  for (const [index, rule, severity, title, evidence, advice] of data.findings)
    if (index === moment.step && index >= 0)
      more(pane, severity + ": " + rule, [["finding", title], ["evidence", evidence], ["what to do", advice]]);
  const now = timeline.spans.filter((span) => span.first <= moment.index && (!span.ended || span.last >= moment.index) &&
    (span.kind === "state" || span.kind === "call" || span.kind === "callback" || span.kind === "wait"));
  if (now.length)
    more(pane, "Going on at this moment", now.slice(-12).map((span) => [timeline.lane(span.lane), span.text || span.word]));
}
