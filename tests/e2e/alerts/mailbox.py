"""A mail server that keeps nothing: called with a port (0: any), prints `listening PORT`, then one
JSON line for each mail."""

import asyncio
import email
import email.policy
import json
import sys

from aiosmtpd.smtp import SMTP


class Mailbox:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        said = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
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
