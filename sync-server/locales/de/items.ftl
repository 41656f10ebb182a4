# Die Liste der Artikel und ein Artikel.
new-item = Neuer Artikel
search-items = Artikelnummer, Name oder Barcode
not-counted-days = Nicht gezählt seit Tagen
no-items-yet = Es gibt noch keine Artikel. Legen Sie den ersten an oder scannen Sie ihn mit einem Handgerät.
no-items-found = So ist kein Artikel.
change = Änderung
choose-location = Ort wählen
change-of = Änderung von { $item } an { $place }
at-place = An { $place }
locations-count =
    { $n ->
        [0] nirgends
        [one] 1 Lagerort
       *[other] { $n } Lagerorte
    }
done-changed = { $item }: { $change }.
tabs-of-item = Teile dieses Artikels
tab-inventory = Bestand
tab-history = Bestandsverlauf
tab-edit = Bearbeiten
is-archived = Dieser Artikel ist archiviert: Er wird nicht mehr verwendet.
available-now = verfügbar
on-hand = Vorhanden
allocated = Zugeteilt
on-order = Bestellt
customers-stock = Kundeneigentum
threshold = Meldebestand
low-stock-threshold = Meldebestand
usual-location = Üblicher Lagerort
usual-supplier = Üblicher Lieferant
kind = Art
last-counted = Zuletzt gezählt
none = keiner
what-to-do = Was zu tun ist
act-to-add = Bestand zubuchen
act-to-remove = Bestand abbuchen
act-to-adjust = Bestand berichtigen
act-to-move = Umlagern
act-to-count = Zählen
act-short-add = Zu
act-short-remove = Ab
act-short-adjust = Berichtigen
act-short-move = Umlagern
act-short-count = Zählen
act-quantity-add = Menge
act-quantity-remove = Menge
act-quantity-adjust = Änderung, + oder −
act-quantity-move = Menge
act-quantity-count = Gezählte Menge
act-example-add = 10 oder −5
act-example-remove = 5
act-example-adjust = +3 oder −3
act-example-move = 5
act-example-count = 12
change-here = Ändern
where-it-is = Wo er liegt
nowhere-yet = Es ist nirgends etwas da. Buchen Sie Bestand zu oder zählen Sie, was da ist.
location = Lagerort
from-location = Von Lagerort
to-location = Nach Lagerort
owner = Eigentümer
ours = eigener Bestand
batch = Charge
batch-of = Charge { $batch }
batch-rule = Leer: ergibt sich. − für keine.
customer = Kunde
more-lines =
    { $n ->
        [one] Und eine weitere Bestandszeile.
       *[other] Und { $n } weitere Bestandszeilen.
    }
orders-that-want = Offene Aufträge, die ihn brauchen
no-order-wants = Kein offener Auftrag braucht ihn.
wanted = Gewünscht
picked = Entnommen
backorder = Rückstand
due = Fällig
is-waiting = von einem ausgeschlossenen Gerät, wartet
is-refused = von einem ausgeschlossenen Gerät, abgewiesen
is-provisional = vorläufig
is-voided = rückgängig gemacht
recent-transactions = Letzte Buchungen
no-transactions = Mit diesem Artikel ist noch nichts geschehen.
whole-history = Ganzer Bestandsverlauf
reason = Grund
more-fields = Notiz, Auftrag, Los, Zeit und mehr
to-owner = Neuer Eigentümer
stays = bleibt gleich
becomes-ours = Geht in eigenen Bestand über
all-batches = Das ist alles: Jede andere Charge dort ist null
lot = Fertigungslos
purchase-order = Bestellung
serial = Seriennummer
expiry = Verfallsdatum
happened-at = Geschehen am ({ $zone })
where = Wo
said = Angaben
state = Zustand
undo-of = Rückgängig: { $what }, { $at }
row-add = Zugang
row-remove = Abgang
row-move = Umlagerung
row-adjust = Berichtigung
row-count = Zählung
row-reversal = Rückgängig
row-order = Auftrag
row-kind = Art der Buchung
every-kind = Alle Arten
said-reason = { $text }
said-lot = Los { $text }
said-po = Bestellung { $text }
said-serial = Seriennummer { $text }
said-note = „{ $text }“
search-history = Grund, Notiz, Auftrag, Charge …
more-filters = Weitere Filter
everybody = Alle
user-or-device = Benutzer oder Gerät
from-day = Ab Tag
to-day = Bis Tag
no-rows-found = Keine Buchung ist so.
searched-rows =
    { $n ->
        [one] Bisher wurde nur eine Buchung durchsucht.
       *[other] Bisher wurden { $n } Buchungen durchsucht. Auch ältere können passen.
    }
search-on = Weiter suchen
chart-of = Bestand von { $item } im Lauf der Zeit
chart-caption = Eigener Bestand im Lauf der Zeit.
chart-threshold = Die gestrichelte Linie ist der Meldebestand, { $quantity }.
chart-as-table = Das Diagramm als Tabelle
why-title = Warum
why-of = Warum von { $item } so viel da ist
why-at = Warum von { $item } an { $place } so viel da ist
why-no-site = Warum von { $item } ohne Standort so viel da ist
why-ours = Eigener Bestand:
why-everybody = Vorhanden, gleich wem es gehört:
why-owner = Vorhanden von { $owner }:
why-available = Von vorhanden zu verfügbar
promised-to = Zugeteilt an Auftrag
allocated-of-ours = Vom eigenen Bestand zugeteilt
why-never = Hier war noch nie etwas.
sum = Summe
quantity = Menge
why-counted = Gezählt: Hier beginnt die Summe
why-never-counted = Nie gezählt: Die Summe beginnt bei null
why-earlier =
    { $n ->
        [one] und eine Buchung vor den folgenden
       *[other] und { $n } Buchungen vor den folgenden
    }
why-ignored =
    { $n ->
        [one] Eine Buchung ändert nichts
       *[other] { $n } Buchungen ändern nichts
    }
only-newest-shown =
    { $n ->
        [one] Nur die neueste wird gezeigt.
       *[other] Nur die neuesten { $n } werden gezeigt.
    }
why-not = Warum sie nichts ändert
ignored-voided = Sie wurde rückgängig gemacht.
ignored-repeated = Es ist dieselbe Buchung noch einmal.
ignored-revoked-waiting = Ein ausgeschlossenes Gerät hat sie geschrieben; sie wartet auf Zulassung.
ignored-revoked-refused = Ein ausgeschlossenes Gerät hat sie geschrieben, und sie wurde abgewiesen.
ignored-before-count = Die spätere Zählung hat sie schon gesehen.
sku = Artikelnummer
name = Name
unit = Einheit
unit-is-fixed = Die Einheit steht fest, weil der Artikel Buchungen hat. Legen Sie für eine andere Einheit einen neuen Artikel an.
barcodes = Barcodes
barcodes-now = Barcodes
remove-barcode = { $barcode } entfernen (ein Scan sind { $pack })
add-barcodes = Barcodes hinzufügen
barcode-rule = Scannen oder schreiben Sie einen je Zeile. CODE=10, wo ein Scan 10 bedeutet.
archive-item = Artikel archivieren
restore-item = Artikel wieder verwenden
archive-rule = Ein archivierter Artikel fehlt in den Listen. Sein Verlauf bleibt.
merge-item = Artikel zusammenführen
merge-rule = Wenn zwei Artikel dasselbe sind: { $item } wird ein anderer Name des zweiten, mit Bestand und Verlauf.
merge-into = Zusammenführen mit
make-item = Artikel anlegen
default-threshold-is = Bleibt es leer, gilt { $quantity } wie in den Einstellungen.
default-threshold-none = Bleibt es leer, gilt der Artikel nie als knapp.
done-added = { $quantity } von { $item } an { $location } zugebucht.
done-removed = { $quantity } von { $item } an { $location } abgebucht.
done-adjusted = { $item } an { $location } um { $quantity } berichtigt.
done-moved = { $quantity } von { $item } von { $location } nach { $to-location } umgelagert.
done-counted = { $item } an { $location }: { $quantity } gezählt.
done-item-saved = { $item } ist gespeichert.
done-item-made = { $item } ist angelegt. Buchen Sie nun seinen Bestand zu.
done-archived = { $item } ist archiviert.
done-restored = { $item } wird wieder verwendet.
done-merged = { $item } ist jetzt ein anderer Name von { $merge-into }.
archived-too = Auch archivierte Artikel
archived = Archiviert
items-found =
    { $n ->
        [one] 1 Artikel
       *[other] { $n } Artikel
    }
items-shown =
    { $n ->
        [one] 1 Artikel von mehr
       *[other] { $n } Artikel von mehr
    }
unit-default = pcs
