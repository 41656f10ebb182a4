# Alerts: the channels, the messages on their way, and what the messages say.
nav-alerts = Alerts
settings-alerts = Settings › Alerts
alerts-are = Who is told by webhook or e-mail what needs somebody. Something that comes and goes within minutes is told once; what happens while a receiver is away goes into one message.
alerts-damaged = The file with the channels could not be read when the server started. It was set aside in the data directory, as alerts.json.damaged; set the channels up again.
alerts-failing-here = Alerts do not get through: { $channel }
no-channels = Nobody is told anything so far.
alert-channel = Channel
alert-state = State
alert-reached = Last got through
alert-waiting = Waits to be told
alert-webhook = Webhook
alert-email = E-mail
alert-off = switched off
alert-failing = failing
alert-failing-since = since { $since }
alert-well = well
alert-untried = not tried yet
add-webhook = Add a webhook
add-email = Add e-mail
alert-deliveries = Messages
no-deliveries = No message was sent so far.
alert-tries = Tries
alert-again = Send again
alert-next = next at { $at }
alert-more-deliveries =
    { $n ->
        [one] One older message is in the file.
       *[other] { $n } older messages are in the file.
    }
delivery-waiting = waiting
delivery-delivered = delivered
delivery-given-up = given up
delivery-gone = refused for good
done-alert-again = It is sent again.
done-alert-test = A test is on its way. What became of it stands below.
done-alert-deleted = The channel is gone.
channel-name = Name of the channel
channel-language = Language of its texts
channel-on = On: it tells what happens
channel-kinds = It tells of
alert-kind-out = items that are out
alert-kind-low = items that are low
alert-kind-exception = exceptions
alert-kind-behind = devices that are behind
channel-ended = and when it is over
channel-behind-hours = Devices: silent for so many hours
channel-daily = Daily digest at
channel-daily-help = Empty: at once, within a minute.
channel-quiet-from = Quiet from
channel-quiet-help = What happens then is told at the end, in one message. Times are of { $zone }.
channel-quiet-to = Quiet until
channel-try = Try it
channel-try-help = A test goes out at once, in quiet hours too.
channel-test = Send a test
channel-delete = Delete the channel
channel-delete-help = What waits is not sent any more. This cannot be taken back.
webhook-url = Address
webhook-url-help = Messages come as JSON, signed as Standard Webhooks has it. What fails is tried again for two days; an answer of 410 switches the channel off.
webhook-secret = Secret of the webhook
webhook-secret-once = Give it to the receiver, which checks signatures with it. It is not shown again.
webhook-secret-help = When the secret is lost, or somebody else knows it, make another. The old one is void at once.
webhook-secret-new = Make a new secret
mail-host = E-mail server
mail-port = Port
mail-encryption = Encryption
mail-tls-starttls = STARTTLS, mostly port 587
mail-tls-tls = TLS, mostly port 465
mail-tls-none = none, only within the house
mail-user = User name there
mail-password = Password there
mail-password-kept = Empty: the one of before.
mail-from = From
mail-to = To, one address in a line

# What the messages say.
alert-test-subject = { $node }: a test of alerts
alert-test-text = This is a test of the channel “{ $channel }”. Nothing has happened.
alert-subject = { $node }: { $what }
alert-count-out = { $n } out
alert-count-low = { $n } low
alert-count-exception =
    { $n ->
        [one] { $n } exception
       *[other] { $n } exceptions
    }
alert-count-behind =
    { $n ->
        [one] { $n } device behind
       *[other] { $n } devices behind
    }
alert-count-ended = { $n } over
alert-out = Out: { $item }
alert-low = Low: { $item } – { $available } available, threshold { $threshold }
alert-exception = Exception: { $kind } ({ $about })
alert-behind = Behind: { $device }, last sync { $since }
alert-behind-ever = Behind: { $device } has never synced
alert-out-ended = No longer out: { $item }
alert-low-ended = No longer low: { $item }
alert-exception-ended = Settled: { $kind } ({ $about })
alert-behind-ended = No longer behind: { $device }
alert-more = … and { $n } more
