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
