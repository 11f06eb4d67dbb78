#!/usr/bin/env python3
"""A small driver for Chromium over its DevTools protocol, through a pair of pipes: it needs nothing but Python.

Run as a program it prints where Chromium is, and fails if there is none.
"""

import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time

NAMES = [
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
]


def find():
    named = os.environ.get("CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


class BrowserError(Exception):
    """Chromium answered with an error or not at all."""


class Browser:
    def __init__(self, executable):
        self.profile = tempfile.mkdtemp(prefix="site-check-")
        to_child, self.out = os.pipe()
        self.incoming, from_child = os.pipe()
        options = [
            "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={self.profile}", "--no-first-run",
            "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-default-apps", "--no-default-browser-check", "--hide-scrollbars", "--mute-audio",
            "--disable-dev-shm-usage",
        ]
        if hasattr(os, "getuid") and os.getuid() == 0:
            options.append("--no-sandbox")
        # Chromium reads commands from descriptor 3 and answers on descriptor 4. Copies with higher numbers come first,
        # because one of the pipes may have just these.
        copies = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10) for descriptor in (to_child, from_child)]

        def connect():
            os.dup2(copies[0], 3)
            os.dup2(copies[1], 4)

        self.process = subprocess.Popen(
            [executable, *options], preexec_fn=connect, pass_fds=(3, 4), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for descriptor in copies:
            os.close(descriptor)
        os.close(to_child)
        os.close(from_child)
        self.number = 0
        self.buffer = b""
        self.answers = {}
        self.events = []

    def close(self):
        try:
            self.call("Browser.close")
        except (BrowserError, OSError):
            self.process.kill()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def read(self, seconds):
        """Takes in what has arrived, waiting at most that long for it to begin."""
        if b"\0" not in self.buffer:
            if not select.select([self.incoming], [], [], seconds)[0]:
                return False
            data = os.read(self.incoming, 1 << 20)
            if not data:
                raise BrowserError("Chromium ended")
            self.buffer += data
        while b"\0" in self.buffer:
            text, _, self.buffer = self.buffer.partition(b"\0")
            message = json.loads(text)
            if "id" in message:
                self.answers[message["id"]] = message
            else:
                self.events.append(message)
        return True

    def call(self, method, session=None, patience=60, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self.send(message)
        limit = time.monotonic() + patience
        while self.number not in self.answers:
            if time.monotonic() > limit:
                raise BrowserError(f"{method}: no answer within {patience} s")
            self.read(1)
        answer = self.answers.pop(self.number)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def send(self, message):
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]


class Tab:
    """One page of the browser."""

    def __init__(self, browser):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def open(self, address):
        """Loads a page and gives the events until it was complete."""
        self.browser.events.clear()
        self.call("Page.navigate", url=address)
        self.wait("Page.loadEventFired")
        self.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        return self.events()

    def open_without_script(self, address):
        """The same where no script may run, so none can say when the page was drawn."""
        self.browser.events.clear()
        self.call("Page.navigate", url=address)
        self.wait("Page.loadEventFired")

    def wait(self, method, patience=60):
        limit = time.monotonic() + patience
        while not any(event["method"] == method for event in self.events()):
            if time.monotonic() > limit:
                raise BrowserError(f"{method} did not come within {patience} s")
            self.browser.read(1)

    def events(self):
        return [event for event in self.browser.events if event.get("sessionId") == self.session]

    def evaluate(self, expression):
        result = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True, userGesture=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description") or details["text"])
        return result["result"].get("value")

    def press(self, key):
        codes = {"Tab": 9, "Escape": 27, "ArrowDown": 40}
        parameters = {"key": key, "code": key, "windowsVirtualKeyCode": codes[key]}
        self.call("Input.dispatchKeyEvent", type="keyDown", **parameters)
        self.call("Input.dispatchKeyEvent", type="keyUp", **parameters)

    def view(self, width, height, dark):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = "dark" if dark else "light"
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}])


if __name__ == "__main__":
    place = find()
    if not place:
        sys.exit(1)
    print(place)
