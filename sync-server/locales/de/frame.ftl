# Was um jede Seite steht, und Wörter vieler Seiten.
skip-to-content = Zum Inhalt springen
log-out = Abmelden
nav-pages = Seiten
nav-main = Wichtigste Seiten
nav-menu = Menü
nav-group-stock = Bestand
nav-group-orders = Aufträge
nav-group-administration = Verwaltung
nav-group-settings = Einstellungen
nav-dashboard = Übersicht
nav-stock = Bestand
nav-items = Artikel
nav-exceptions = Ausnahmen
nav-orders = Aufträge
nav-backorders = Rückstände
nav-customers = Kunden
nav-locations = Lagerorte
nav-devices = Geräte
nav-users = Benutzer
nav-settings-inventory = Lager
role-viewer = Betrachter
role-operator = Bediener
role-manager = Leiter
role-administrator = Administrator
undo = Rückgängig
never = nie
as-of = Stand { $at } ({ $zone }).
as-of-unknown = Von wann diese Zahlen sind, ist noch nicht bekannt.
nobody-behind = Alle Geräte haben sich kürzlich abgeglichen.
devices-behind =
    { $n ->
        [one] Neues von einem Gerät kann fehlen.
       *[other] Neues von { $n } Geräten kann fehlen.
    }
error-title = Fehler { $status }
to-the-start = Zum Anfang
done-undone = Rückgängig gemacht.
search = Suche
show = Anzeigen
show-all = Alle anzeigen
more = Mehr
level = Stand
all-levels = Alle
level-ok = Gut
level-low = Knapp
level-out = Leer
level-attention = Knapp oder leer
kind-part = Teil
kind-pcba = Bestückte Leiterplatte
kind-assembly = Baugruppe
item = Artikel
available = Verfügbar
apply = Buchen
changed-meanwhile-to = Inzwischen hat jemand das geändert zu: { $value }
done-repeated = Das war schon gespeichert; es wurde nichts noch einmal geschrieben.
filter-unread = { $field } lässt sich nicht lesen und filtert nichts. { $takes }
filter-takes-code = Hierher gehört ein Code, wie er auf einem Etikett steht, mit höchstens 120 Zeichen.
filter-takes-days = Hierher gehört eine Zahl von Tagen, zum Beispiel 30.
filter-takes-day = Hierher gehört ein Tag, zum Beispiel 2027-03-31.
filter-takes-choice = Hierher gehört eins von denen, die angeboten werden.

# Warnungen des Bestandsbuchs.
warned-before-count = Nach dieser Zeit wurde gezählt: Der Bestand enthält es schon, nur die Abweichung der Zählung ändert sich.
warned-undo-before-count = Danach wurde gezählt: Der Bestand ändert sich durch das Rückgängigmachen nicht.
warned-only-noted = Der Auftrag ist nur vermerkt. Um auf ihn zu buchen, entnehmen Sie für den Auftrag oder geben Sie zurück.
warned-below-nothing = Dort ist jetzt weniger als nichts: Zählen Sie, was da ist, oder buchen Sie zu, was fehlt.
warned-backorder = Nicht alles davon ist jetzt verfügbar: Der Rest ist im Rückstand.
warned-unpromised = Nicht alles davon war diesem Auftrag zugeteilt: Einem anderen kann es fehlen.
warned-open-lines = Was nicht entnommen wurde, wird nicht mehr gebraucht.
warned-there = Einige dieser Lagerorte waren schon da und bleiben, wie sie sind.
warned-position-lost = Die neue Lagerortart hat keine solche Reihe oder Spalte: Die alte Position ist entfernt.
files-as = Diese Liste als Datei:
files-lines-as = Ihre Bestandszeilen als Datei:
files-csv = CSV
files-jsonl = JSON Lines
