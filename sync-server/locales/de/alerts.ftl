# Alerts: the channels, the messages on their way, and what the messages say.
nav-alerts = Meldungen
settings-alerts = Einstellungen › Meldungen
alerts-are = Wer per Webhook oder E-Mail erfährt, was jemanden braucht. Was innerhalb von Minuten kommt und geht, wird einmal gemeldet; was geschieht, während ein Empfänger nicht erreichbar ist, steht danach in einer Nachricht.
alerts-damaged = Die Datei mit den Kanälen konnte beim Start des Servers nicht gelesen werden. Sie liegt im Datenverzeichnis als alerts.json.damaged; richten Sie die Kanäle neu ein.
alerts-failing-here = Meldungen kommen nicht an: { $channel }
no-channels = Bisher erfährt niemand etwas.
alert-channel = Kanal
alert-state = Zustand
alert-reached = Zuletzt angekommen
alert-waiting = Noch zu melden
alert-webhook = Webhook
alert-email = E-Mail
alert-off = ausgeschaltet
alert-failing = gestört
alert-failing-since = seit { $since }
alert-well = in Ordnung
alert-untried = noch nicht versucht
add-webhook = Webhook hinzufügen
add-email = E-Mail hinzufügen
alert-deliveries = Nachrichten
no-deliveries = Bisher wurde keine Nachricht gesendet.
alert-tries = Versuche
alert-again = Erneut senden
alert-next = nächster um { $at }
alert-more-deliveries =
    { $n ->
        [one] Eine ältere Nachricht steht in der Datei.
       *[other] { $n } ältere Nachrichten stehen in der Datei.
    }
delivery-waiting = wartet
delivery-delivered = zugestellt
delivery-given-up = aufgegeben
delivery-gone = endgültig abgelehnt
done-alert-again = Sie wird erneut gesendet.
done-alert-test = Ein Test ist unterwegs. Was daraus wurde, steht unten.
done-alert-deleted = Der Kanal ist gelöscht.
channel-name = Name des Kanals
channel-language = Sprache der Texte
channel-on = Ein: er meldet, was geschieht
channel-kinds = Er meldet
alert-kind-out = Artikel, die leer sind
alert-kind-low = Artikel, die knapp sind
alert-kind-exception = Ausnahmen
alert-kind-behind = Geräte, die zurückliegen
channel-ended = und wenn es vorbei ist
channel-behind-hours = Geräte: still seit so vielen Stunden
channel-daily = Tägliche Zusammenfassung um
channel-daily-help = Leer: sofort, binnen einer Minute.
channel-quiet-from = Ruhe von
channel-quiet-help = Was dann geschieht, wird am Ende in einer Nachricht gemeldet. Zeiten gelten für { $zone }.
channel-quiet-to = Ruhe bis
channel-try = Ausprobieren
channel-try-help = Ein Test geht sofort hinaus, auch in der Ruhezeit.
channel-test = Test senden
channel-delete = Kanal löschen
channel-delete-help = Was noch wartet, wird nicht mehr gesendet. Das lässt sich nicht zurücknehmen.
webhook-url = Adresse
webhook-url-help = Nachrichten kommen als JSON, signiert nach Standard Webhooks. Was scheitert, wird zwei Tage lang erneut versucht; eine Antwort 410 schaltet den Kanal aus.
webhook-secret = Geheimnis des Webhooks
webhook-secret-once = Geben Sie es dem Empfänger, der damit Signaturen prüft. Es wird nicht wieder gezeigt.
webhook-secret-help = Ist das Geheimnis verloren oder kennt es jemand anderes, erzeugen Sie ein neues. Das alte gilt sofort nicht mehr.
webhook-secret-new = Neues Geheimnis erzeugen
mail-host = E-Mail-Server
mail-port = Port
mail-encryption = Verschlüsselung
mail-tls-starttls = STARTTLS, meist Port 587
mail-tls-tls = TLS, meist Port 465
mail-tls-none = keine, nur innerhalb des Hauses
mail-user = Benutzername dort
mail-password = Passwort dort
mail-password-kept = Leer: das bisherige.
mail-from = Von
mail-to = An, eine Adresse je Zeile

# What the messages say.
alert-test-subject = { $node }: ein Test der Meldungen
alert-test-text = Dies ist ein Test des Kanals „{ $channel }“. Es ist nichts geschehen.
alert-subject = { $node }: { $what }
alert-count-out = { $n } leer
alert-count-low = { $n } knapp
alert-count-exception =
    { $n ->
        [one] { $n } Ausnahme
       *[other] { $n } Ausnahmen
    }
alert-count-behind =
    { $n ->
        [one] { $n } Gerät liegt zurück
       *[other] { $n } Geräte liegen zurück
    }
alert-count-ended = { $n } erledigt
alert-out = Leer: { $item }
alert-low = Knapp: { $item } – verfügbar { $available }, Meldebestand { $threshold }
alert-exception = Ausnahme: { $kind } ({ $about })
alert-behind = Liegt zurück: { $device }, letzter Abgleich { $since }
alert-behind-ever = Liegt zurück: { $device } hat noch nie abgeglichen
alert-out-ended = Nicht mehr leer: { $item }
alert-low-ended = Nicht mehr knapp: { $item }
alert-exception-ended = Erledigt: { $kind } ({ $about })
alert-behind-ended = Liegt nicht mehr zurück: { $device }
alert-more = … und { $n } weitere
