# Anmelden und Passwort wählen.
log-in = Anmelden
user-name = Benutzername
password = Passwort
password-forgotten = Passwort vergessen? Ein Administrator kann Ihnen einen neuen Link geben.
nobody-yet = Hier ist noch niemand eingerichtet. Öffnen Sie den einmaligen Link, den der Server beim Start ausgegeben hat.
welcome = Willkommen bei Stockledger
first-administrator = Sie sind die erste Person hier: Wählen Sie einen Namen und ein Passwort. Sie werden Administrator und können alle anderen hinzufügen.
choose-password = Passwort wählen
password-for = Für { $user }.
new-password = Neues Passwort
password-again = Noch einmal dasselbe
password-rule =
    { $n ->
        [one] Mindestens ein Zeichen.
       *[other] Mindestens { $n } Zeichen. Gut sind mehrere Wörter, die nur Sie so zusammenstellen.
    }
save-and-log-in = Speichern und anmelden
