"""A mail server that keeps nothing: called with a port (0: any), prints `listening PORT`, then one
JSON line for each mail. It knows nobody called gone, and has no room for late the first two
times."""

import asyncio
import email
import email.policy
import json
import sys

from aiosmtpd.smtp import SMTP


class Mailbox:
    # Of all connections together: each has a mailbox of its own.
    late = 2

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone@"):
            return "550 no such mailbox"
        if address.startswith("late@") and Mailbox.late > 0:
            Mailbox.late -= 1
            return "452 no room just now"
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        said = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "header": mail["to"],
            "id": mail["message-id"],
            "subject": mail["subject"],
            "text": mail.get_content(),
        }
        print(json.dumps(said), flush=True)
        return "250 kept in mind"


async def serve(port):
    loop = asyncio.get_running_loop()
    made = loop.create_server(lambda: SMTP(Mailbox(), loop=loop), "127.0.0.1", port)
    server = await made
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(serve(int(sys.argv[1])))
