"use strict";
/* What a timeline looks like between two of its rows: SVG shapes for lives, states, calls, callbacks and messages.
   Knows geometry and kinds only; timeline.js says which part is to be seen. Kinds differ in shape as well as in colour. */

const ROW = 26;
const LANE_WIDTH = {process: 84, driver: 176, port: 84, library: 132, thread: 104, peer: 84};
const SVG_NAME = "http://www.w3.org/2000/svg";

/* Where each lane begins and where its line runs: drivers and libraries have words beside it. */
function laneGeometry(lanes) {
  let left = 0;
  const all = lanes.map(([kind]) => {
    const width = LANE_WIDTH[kind] || 84;
    const line = kind === "driver" || kind === "library" ? 24 : width / 2;
    const lane = {left, width, x: left + line};
    left += width;
    return lane;
  });
  return {all, width: left};
}

function shape(parent, name, attributes, tip) {
  const element = document.createElementNS(SVG_NAME, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  if (tip) {
    const title = document.createElementNS(SVG_NAME, "title");
    title.textContent = tip;
    element.append(title);
    element.classList.add("tip");
  }
  parent.append(element);
  return element;
}

function words(parent, x, y, text, kind) {
  shape(parent, "text", {x, y, class: "halo " + (kind || "")}).textContent = text;
}

/* Hatches of one direction for each pending state: colour is not the only signal. */
function hatches(parent) {
  const defs = shape(parent, "defs", {});
  const hatch = (id, path, kind) => {
    const pattern = shape(defs, "pattern", {id, width: 7, height: 7, patternUnits: "userSpaceOnUse"});
    shape(pattern, "path", {d: path, class: kind, "stroke-width": 2});
  };
  hatch("hatch-reload", "M-1 8 8 -1 M-1 1 1 -1 M6 8 8 6", "reload");
  hatch("hatch-unload", "M-1 -1 8 8 M6 -1 8 1 M-1 6 1 8", "unload");
  hatch("hatch-leftover", "M0 0 7 7 M7 0 0 7", "leftover");
  hatch("hatch-wait", "M0 2 7 2", "wait");
}

const STATES = {
  "loaded": {kind: "loaded"},
  "linked in": {kind: "loaded"},
  "permanent": {kind: "permanent"},
  "reload pending": {kind: "reload", fill: "url(#hatch-reload)"},
  "unload pending": {kind: "unload", fill: "url(#hatch-unload)"},
  "still in memory": {kind: "leftover", fill: "url(#hatch-leftover)"},
  "closing": {kind: "closing", fill: "url(#hatch-wait)"},
};

function bar(svg, x, width, y1, y2, attributes, tip) {
  const box = {x: x - width / 2, y: y1, width, height: Math.max(y2 - y1, 6), rx: 2, ...attributes};
  return shape(svg, "rect", box, tip);
}

/* A span of `kind` on the line at x, from y1 to y2; `top` is the upper edge of what is seen. */
function drawSpan(svg, span, x, y1, y2, top) {
  const tip = span.text || span.word;
  switch (span.kind) {
  case "life":
    if (span.laneKind === "library") bar(svg, x, 9, y1, y2, {class: "library"}, "in memory");
    else shape(svg, "line", {x1: x, x2: x, y1, y2, class: "life"});
    break;
  case "state": {
    const look = STATES[span.word] || STATES.loaded;
    const attributes = {class: "state " + look.kind};
    if (look.fill) attributes.fill = look.fill;
    bar(svg, x, span.laneKind === "port" ? 12 : 15, y1, y2, attributes, tip);
    const at = Math.max(y1, top) + 13;
    if (span.laneKind !== "port" && y2 - Math.max(y1, top) > 12) {
      words(svg, x + 14, at, span.word);
      const rest = span.text.startsWith(span.word) ? span.text.slice(span.word.length).replace(/^[:,] */, "") : "";
      if (rest && y2 - at > 14) words(svg, x + 14, at + 14, rest.length > 24 ? rest.slice(0, 22) + " ..." : rest, "small");
    }
    break;
  }
  case "callback":
    bar(svg, x + Math.min(span.depth, 4) * 4, 9, y1, y2, {class: "callback"}, tip);
    break;
  case "call":
    bar(svg, x, 9, y1, y2, {class: "call" + (span.ended ? "" : " open")}, tip);
    break;
  case "wait":
    bar(svg, x, 11, y1, y2, {class: "wait", fill: "url(#hatch-wait)"}, tip);
    break;
  }
}

function drawArrow(svg, x1, x2, y, kind, tip) {
  const side = x2 > x1 ? -1 : 1;
  const end = x2 + side * 7;
  shape(svg, "circle", {cx: x1, cy: y, r: 2.5, class: "dot " + kind});
  shape(svg, "line", {x1: x1, x2: end + side * 6, y1: y, y2: y, class: kind}, tip);
  const d = `M${end} ${y} l${side * 8} -4.5 v9 z`;
  shape(svg, "path", {d, class: "tip-" + kind});
}

function drawMark(svg, x, y, what, bad, tip) {
  if (bad) {
    shape(svg, "path", {d: `M${x} ${y - 9} l9 9 -9 9 -9 -9 z`, class: "dot bad"}, tip);
    shape(svg, "text", {x: x - 2, y: y + 4, class: "alarm"}).textContent = "!";
  } else if (what === "proof") {
    shape(svg, "rect", {x: x - 5, y: y - 5, width: 10, height: 10, class: "dot proof"}, tip);
  } else if (what === "ends" || what === "closed" || what === "gone") {
    shape(svg, "path", {d: `M${x - 5} ${y - 5} l10 10 m0 -10 l-10 10`, class: "dot"}, tip);
  } else if (what !== "runs" && what !== "state" && what !== "leaves") {
    shape(svg, "circle", {cx: x, cy: y, r: 4, class: "dot"}, tip);
  }
}

/* The legend: each look once, with its word. */
function drawLegend(list) {
  const entry = (text, draw) => {
    const item = document.createElement("li");
    const svg = shape(item, "svg", {width: 30, height: 16, "aria-hidden": "true"});
    draw(svg);
    item.append(text);
    list.append(item);
  };
  const state = (word) => (svg) => {
    const look = STATES[word];
    bar(svg, 15, 24, 2, 14, look.fill ? {class: "state " + look.kind, fill: look.fill} : {class: "state " + look.kind});
  };
  for (const word of ["loaded", "reload pending", "unload pending", "permanent", "still in memory"])
    entry(word, state(word));
  entry("callback runs", (svg) => bar(svg, 15, 9, 1, 15, {class: "callback"}));
  entry("call without an answer yet", (svg) => bar(svg, 15, 9, 1, 15, {class: "call"}));
  entry("message", (svg) => drawArrow(svg, 4, 30, 8, "message"));
  entry("on behalf of", (svg) => drawArrow(svg, 4, 30, 8, "caller"));
  entry("deserves attention", (svg) => drawMark(svg, 15, 8, "", true));
}
