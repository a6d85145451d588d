"""The HTML report in a real browser. Each case gets the reports of run.py and the browser."""
import json
import re

from chromium import Page

FAILING = "tests/scenarios/failing/returns.json"
DEMO = "tests/scenarios/demo/counter.json"
SELECTED = "document.querySelector('.row[aria-selected=true]')"
MANY = {"scenario": 1, "title": "More than ten thousand events", "paths": {"Dir": "live"}, "drivers": {"counter": {"v1": "counter_v1.so"}},
        "processes": {"alice": {}}, "steps": [
            {"install": "counter", "version": "v1", "into": "Dir"}, {"by": "alice", "call": "erl_ddll:load(Dir, counter)"},
            {"by": "alice", "call": "open_port({spawn_driver, \"counter\"}, [])", "returns": "P"},
            {"repeat": 2000, "steps": [{"by": "alice", "call": "port_control(P, 1, [])"}, {"advance": "1ms"}]},
            {"by": "alice", "call": "port_control(P, 1, [])", "returns": "<<\"the end\">>"}]}


def opened(formats, browser, *scenarios, **how):
    name = "-".join(str(s).replace("/", "_") for s in scenarios)[-100:] + ".html"
    file = formats.folder / name
    if not file.exists():
        file.write_text(formats.report("html", *scenarios))
    return Page(browser, **how).open(file)


def selected(page):
    return page.value(f"{SELECTED} && {SELECTED}.textContent")


def html_says_nothing_and_asks_for_nothing(formats, browser):
    page = Page(browser).open(formats.all()["folder"] / "report.html")
    for i in range(page.value("document.querySelectorAll('.scenario').length")):
        page.value(f"void (document.querySelectorAll('.scenario')[{i}].open = true)")
    drawn = page.value("document.querySelectorAll('.timeline:not([hidden]) .row').length")
    assert drawn > 100 and page.complaints == [] and len(page.requests) == 1, (drawn, page.complaints, page.requests)
    policy = page.value("document.querySelector('meta[http-equiv=Content-Security-Policy]').content")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    page.value("void (document.body.append(Object.assign(new Image(), {src: 'https://example.invalid/x.png'})))")
    assert any("Content Security Policy" in json.dumps(one) for one in page.complaints)


def html_opens_where_it_failed(formats, browser):
    page = opened(formats, browser, DEMO, FAILING, "tests/scenarios/failing/several.json")
    assert page.value("[...document.querySelectorAll('.scenario')].map(s => s.open)") == [False, True, False]
    assert "FAILED" in selected(page)
    inside = f"(() => {{ const r = {SELECTED}.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight; }})()"
    assert page.value(inside) and page.value("document.activeElement.getAttribute('role')") == "listbox"
    details = page.value("document.querySelector('.scenario[open] .details').innerText")
    assert '<<"43">>' in details and '<<"42">>' in details, details
    crash = opened(formats, browser, "tests/scenarios/failing/crash.json")
    assert "died" in selected(crash) and "SIGSEGV" in selected(crash)
    pinned = opened(formats, browser, "tests/scenarios/demo/pinned.json")
    assert "NOT UNLOADED" in selected(pinned)
    text = pinned.value("document.querySelector('.details').innerText")
    assert "dso-pinned-unique-symbol" in text and "-fno-gnu-unique" in text


def html_opens_what_is_clicked(formats, browser):
    page = opened(formats, browser, DEMO)
    assert page.value("document.querySelector('.details').hidden")
    row = page.value("[...document.querySelectorAll('.row')].findIndex(r => r.textContent.includes('start(P'))")
    page.click(f".row:nth-of-type({row + 1})")
    assert "start(P" in selected(page)
    details = page.value("document.querySelector('.details').innerText")
    assert "port P" in details and "process bob" in details and "step" in details, details
    page.click(".details .close")
    assert page.value("document.querySelector('.details').hidden")
    page.value("void (document.querySelectorAll('.scenario')[0].open = true)")
    failing = opened(formats, browser, FAILING)
    failing.key("Home")
    failing.click(".trouble [data-step] button")
    assert "FAILED" in selected(failing)


def html_obeys_keys(formats, browser):
    page = opened(formats, browser, DEMO)
    first = selected(page)
    page.key("j")
    second = selected(page)
    assert second != first
    page.key("ArrowDown")
    third = selected(page)
    page.key("k")
    assert selected(page) == second != third
    page.key("ArrowUp")
    assert selected(page) == first
    page.key("J")
    page.key("J")
    assert "step 3" in selected(page)
    page.key("K")
    assert "step 2" in selected(page)
    page.key("Enter")
    assert not page.value("document.querySelector('.details').hidden")
    page.key("Escape")
    assert page.value("document.querySelector('.details').hidden")
    page.key("End")
    assert "step 19" in selected(page)
    page.key("Home")
    assert selected(page) == first
    outline = page.value("getComputedStyle(document.querySelector('.timeline')).outlineStyle")
    assert outline == "solid", outline
    page.key("?")
    assert page.value("document.getElementById('help').open")
    page.key("Escape")
    assert not page.value("document.getElementById('help').open")
    page.key("/")
    assert page.value("document.activeElement.id") == "filter"
    pinned = opened(formats, browser, "tests/scenarios/demo/pinned.json")
    pinned.key("n")
    assert "loader" in selected(pinned)
    pinned.key("n")
    assert "NOT REPLACED" in selected(pinned)
    pinned.key("N")
    assert "loader" in selected(pinned)


def html_filters(formats, browser):
    page = Page(browser).open(formats.all()["folder"] / "report.html")
    shown = "[...document.querySelectorAll('.scenario')].filter(s => !s.hidden).map(s => s.dataset.verdict)"
    verdicts = page.value(shown)
    page.key("/")
    for letter in "crashed":
        page.key(letter)
    assert page.value(shown) == ["crashed"] * verdicts.count("crashed")
    assert page.value("document.getElementById('shown').textContent") == f"{verdicts.count('crashed')} of {len(verdicts)}"
    page.value("(f => { f.value = 'dso-pinned'; f.dispatchEvent(new Event('input')); })(document.getElementById('filter'))")
    assert len(page.value(shown)) > 0
    page.value("(f => { f.value = 'no such words'; f.dispatchEvent(new Event('input')); })(document.getElementById('filter'))")
    assert page.value(shown) == [] and not page.value("document.getElementById('nothing').hidden")


def html_finds_events(formats, browser):
    page = opened(formats, browser, DEMO)
    page.value("(f => { f.value = 'EXIT'; f.dispatchEvent(new Event('input')); })(document.querySelector('.bar input[type=search]'))")
    rows = page.value("[...document.querySelectorAll('.row')].map(r => r.textContent)")
    assert sum("EXIT" in row for row in rows) == 3 and all("EXIT" in row or "step" in row for row in rows), rows
    page.value("(f => { f.value = ''; f.dispatchEvent(new Event('input')); })(document.querySelector('.bar input[type=search]'))")
    few = page.value("document.querySelector('.many').textContent")
    page.click(".bar input[type=checkbox]")
    all_of = page.value("document.querySelector('.many').textContent")
    assert int(all_of.split()[0]) == int(all_of.split()[2]) > int(few.split()[0])


def html_says_what_a_reload_waits_for(formats, browser):
    page = opened(formats, browser, DEMO, width=1800, height=3000)
    page.value("void (document.querySelector('.rows').style.maxHeight = 'none')")
    tips = page.value("[...document.querySelectorAll('rect.state title')].map(t => t.textContent)")
    assert "reload pending: held by P, Late" in tips and "loaded" in tips and "unload pending" in tips, tips
    labels = page.value("[...document.querySelectorAll('.sheet svg text')].map(t => t.textContent)")
    assert "reload pending" in labels and "held by P" in labels
    lanes = page.value("[...document.querySelectorAll('.lane')].map(l => l.title)")
    assert lanes == ["process alice", "process bob", "driver counter", "port P", "port Late", "port Q", "library counter/v1", "library counter/v2"]
    arrows = page.value("[...document.querySelectorAll('line.message title')].map(t => t.textContent)")
    assert "{'UP',Ref,driver,counter,loaded}" in arrows


def html_shows_time(formats, browser):
    page = opened(formats, browser, "tests/scenarios/api/timers.json", height=3000)
    page.value("void (document.querySelector('.rows').style.maxHeight = 'none')")
    assert any(re.fullmatch(r"\+\d+ (ms|s)", text) for text in page.value("[...document.querySelectorAll('.at')].map(a => a.textContent)"))


LUMINANCE = """(() => {
  const light = (c) => { const v = c / 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const shade = (rgb) => 0.2126 * light(rgb[0]) + 0.7152 * light(rgb[1]) + 0.0722 * light(rgb[2]);
  const numbers = (text) => text.match(/[0-9.]+/g).map(Number);
  const behind = (e) => { for (; e; e = e.parentElement) { const c = numbers(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  const out = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || element.closest('svg, script, noscript, dialog:not([open])') || !element.getClientRects().length) continue;
    const a = shade(numbers(getComputedStyle(element).color)), b = shade(behind(element));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) out.push(element.className + ' ' + element.textContent.slice(0, 30) + ' ' + ratio.toFixed(2));
  }
  return out;
})()"""


def html_is_legible_in_the_light_and_in_the_dark(formats, browser):
    papers = []
    for dark in (False, True):
        page = Page(browser, dark=dark).open(formats.all()["folder"] / "report.html")
        papers.append(page.value("getComputedStyle(document.body).backgroundColor"))
        page.value("void document.querySelectorAll('.scenario').forEach(s => { s.open = true; })")
        weak = page.value(LUMINANCE)
        assert weak == [], weak[:10]
    light, dark = (sum(map(int, re.findall(r"\d+", paper))) for paper in papers)
    assert light > 650 and dark < 150, papers


def html_draws_only_what_is_seen(formats, browser):
    page = opened(formats, browser, formats.scenario("many.json", MANY))
    count = page.value("document.querySelector('.many').textContent")
    assert int(count.split()[2]) > 10000, count
    assert 10 < page.value("document.querySelectorAll('.row').length") < 80
    assert page.value("document.querySelectorAll('*').length") < 1500
    assert "FAILED" in selected(page) and "the end" in selected(page)
    page.key("Home")
    assert "step 1" in selected(page)
    page.value("void (document.querySelector('.rows').scrollTop = 60000)")
    rows = page.value("[...document.querySelectorAll('.row')].map(r => r.getBoundingClientRect().top - "
                      "document.querySelector('.rows').getBoundingClientRect().top)")
    assert 10 < len(rows) < 80 and min(rows) <= 44 and max(rows) > 300
    assert page.complaints == []


def html_keeps_text_text(formats, browser):
    page = opened(formats, browser, "tests/formats/hostile.json")
    assert page.complaints == [] and len(page.requests) == 1
    assert page.value("document.querySelectorAll('script').length") == 2
    assert page.value("document.querySelectorAll('img, b[onclick]').length") == 0
    title = page.value("document.querySelector('.scenario h2').textContent")
    assert title.startswith("</script><!--<script>\"'&]]> # SKIP \\ %0A::error::x | <img"), title
    assert "<b onclick=alert(1)>bold</b> <!-- --> </style></script>" in page.value("document.querySelector('.inside p').textContent")
    spawned = "</script ><script >alert(3)</script ><img src=x><!--"
    assert any(spawned in text for text in page.value("[...document.querySelectorAll('.row .text')].map(t => t.textContent)"))
    page.key("Home")
    page.key("Enter")
    heads = set()
    for _ in range(page.value("document.querySelectorAll('.row').length")):
        page.key("j")
        heads.add(page.value("document.querySelector('.details h4').textContent"))
        assert page.value("document.querySelectorAll('.details img, .details script, .details b, h4 *').length") == 0
    assert any(spawned in head for head in heads) and page.complaints == [], heads


def html_can_be_read_without_scripts(formats, browser):
    page = opened(formats, browser, DEMO, FAILING, scripts=False)
    text = page.send("Runtime.evaluate", expression="document.body.innerText", returnByValue=True)["result"]["value"]
    assert "Timelines need JavaScript" in text and "1 passed" in text and "Filter" not in text
    for words in ("A call returns something else", "<<\"43\">>", "port_control(P, 1, <<\"42\">>)", "counter/v1 control(P, 1, <<\"42\">>)"):
        assert words in text, words


def html_is_printed_whole(formats, browser):
    page = opened(formats, browser, DEMO, FAILING)
    before = page.value("document.querySelectorAll('.row').length")
    paper = page.pdf()
    assert paper.startswith(b"%PDF-") and len(re.findall(rb"/Type */Page\b", paper)) > 1
    page.send("Emulation.setEmulatedMedia", media="print")
    page.value("void dispatchEvent(new Event('beforeprint'))")
    for number in (1, 2):
        rows = page.value(f"document.querySelectorAll('#scenario-{number} .row').length")
        assert rows == int(page.value(f"document.querySelector('#scenario-{number} .many').textContent").split()[0])
    text = page.value("document.body.innerText")
    assert "A reload waits for bob's port" in text and "erl_ddll:unload(counter)" in text and "Filter" not in text
    page.value("void dispatchEvent(new Event('afterprint'))")
    page.send("Emulation.setEmulatedMedia", media="")
    assert page.value("[...document.querySelectorAll('.scenario')].map(s => s.open)") == [False, True]
    assert before > 0


def html_has_names_and_roles(formats, browser):
    page = opened(formats, browser, FAILING)
    nodes = [n for n in page.send("Accessibility.getFullAXTree")["nodes"] if not n.get("ignored")]
    named = {}
    for node in nodes:
        named.setdefault(node["role"]["value"], []).append(node.get("name", {}).get("value", ""))
    for role in ("button", "searchbox", "checkbox", "option", "listbox", "region", "heading", "DisclosureTriangle"):
        assert named.get(role) and all(named[role]), (role, named.get(role))
    active = page.value("document.getElementById(document.querySelector('.rows').getAttribute('aria-activedescendant')).getAttribute('aria-selected')")
    assert active == "true"
    assert page.value("document.documentElement.lang") == "en" and page.value("document.title").startswith("ddlltool: ")


CASES = [case for name, case in sorted(globals().items()) if name.startswith("html_") and callable(case)]
