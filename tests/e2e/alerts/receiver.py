"""A receiver of webhooks, which checks signatures by itself, as Standard Webhooks has it.

Called with a port (0: any). Prints `listening PORT`, then one JSON line for each request. Lines on
standard input tell it how to answer at a path: `secret PATH whsec_…`, `answer PATH STATUS`,
`hold PATH` (no answer until) `release PATH`. Each is confirmed by a line `{"done": …}`.
"""

import base64
import hashlib
import hmac
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

secrets, answers, held = {}, {}, {}
said = threading.Lock()


def say(what):
    with said:
        print(what if isinstance(what, str) else json.dumps(what), flush=True)


def is_signed(path, headers, body):
    key = base64.b64decode(secrets[path].removeprefix("whsec_"))
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return any(
        hmac.compare_digest(f"v1,{right}", one)
        for one in headers["webhook-signature"].split(" ")
    )


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        status = answers.get(self.path, 204)
        say(
            {
                "path": self.path,
                "id": self.headers["webhook-id"],
                "type": self.headers["content-type"],
                "signed": is_signed(self.path, self.headers, body),
                "answer": status,
                "body": json.loads(body),
            }
        )
        if self.path in held:
            held[self.path].wait()
        self.send_response(status)
        if status in (301, 302, 307, 308):
            self.send_header("location", "/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
say(f"listening {server.server_port}")
for line in sys.stdin:
    verb, path, *rest = line.split()
    if verb == "secret":
        secrets[path] = rest[0]
    elif verb == "answer":
        answers[path] = int(rest[0])
    elif verb == "hold":
        held[path] = threading.Event()
    elif verb == "release":
        held.pop(path).set()
    say({"done": line.strip()})
