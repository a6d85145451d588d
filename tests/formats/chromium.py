"""A headless Chromium, driven by the DevTools protocol over a pipe. Standard library only."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile

PATIENCE = 60  # seconds of real time until an answer counts as missing


def program():
    """The browser's program, or None."""
    return next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)


class Browser:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="ddlltool-chromium-")
        to_child, self.write = os.pipe()
        self.read, from_child = os.pipe()

        def pipes():  # the protocol's ends are descriptors 3 and 4
            high = os.dup2(to_child, 100), os.dup2(from_child, 101)
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen(
            [program(), "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={self.folder}", "--no-first-run",
             "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", "--no-default-browser-check", "--disable-extensions", *sandbox, "about:blank"],
            preexec_fn=pipes, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_child)
        os.close(from_child)
        self.buffer, self.number, self.events = b"", 0, []

    def close(self):
        try:
            self.send("Browser.close")
            self.process.wait(10)
        except (OSError, RuntimeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.read)
        os.close(self.write)
        shutil.rmtree(self.folder, ignore_errors=True)

    def receive(self):
        while b"\0" not in self.buffer:
            if not select.select([self.read], [], [], PATIENCE)[0]:
                raise RuntimeError("the browser does not answer")
            data = os.read(self.read, 1 << 20)
            if not data:
                raise RuntimeError("the browser has gone")
            self.buffer += data
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def send(self, method, session=None, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.write, data):]
        while True:
            answer = self.receive()
            if answer.get("id") != self.number:
                self.events.append(answer)
                continue
            if "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']}")
            return answer["result"]


class Page:
    """A file in a window of its own. `complaints`: what the console and the page's errors said; `requests`: every
    address that was asked for, the file itself included."""

    def __init__(self, browser, width=1280, height=900, scripts=True, dark=False):
        self.browser = browser
        self.target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.send("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.send("Emulation.setScriptExecutionDisabled", value=not scripts)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])

    def send(self, method, **parameters):
        return self.browser.send(method, self.session, **parameters)

    def open(self, file):
        self.browser.events.clear()
        self.send("Page.navigate", url=f"file://{file}")
        while not self.seen("Page.loadEventFired"):
            self.browser.events.append(self.browser.receive())
        return self

    def seen(self, method):
        return [event["params"] for event in self.browser.events
                if event.get("method") == method and event.get("sessionId") == self.session]

    @property
    def complaints(self):
        self.send("Runtime.evaluate", expression="0")  # what happened before it has been told then
        return self.seen("Runtime.exceptionThrown") + self.seen("Log.entryAdded") + self.seen("Runtime.consoleAPICalled")

    @property
    def requests(self):
        return [event["request"]["url"] for event in self.seen("Network.requestWillBeSent")]

    def value(self, expression):
        """Of an expression in the page; two frames are drawn first, so that what it shows is up to date."""
        drawn = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        result = self.send("Runtime.evaluate", expression=f"{drawn}.then(() => ({expression}))", awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def key(self, name, text=None):
        text = text if text is not None else (name if len(name) == 1 else "")
        codes = {"Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "Home": 36, "End": 35, "Tab": 9}
        code = {"windowsVirtualKeyCode": codes[name]} if name in codes else {}
        self.send("Input.dispatchKeyEvent", type="keyDown", key=name, text="\r" if name == "Enter" else text, **code)
        self.send("Input.dispatchKeyEvent", type="keyUp", key=name, **code)

    def click(self, selector):
        x, y = self.value(f"(() => {{ const r = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
                          " return [r.left + Math.min(r.width / 2, 60), r.top + r.height / 2]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def screenshot(self, file):
        self.value("0")
        with open(file, "wb") as out:
            out.write(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))

    def pdf(self):
        return base64.b64decode(self.send("Page.printToPDF", printBackground=True)["data"])
