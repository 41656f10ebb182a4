# Der Import.
nav-import = Import
import-lead = Übernimmt eine Datei eines anderen Programms oder einer Tabellenkalkulation. Nichts wird geschrieben, bevor Sie gesehen haben, was jede Zeile täte.
import-what = Was die Datei enthält
import-file = Datei
import-file-hint = CSV in UTF-8 mit einer Zeile von Überschriften, höchstens 16 MB und 100.000 Zeilen.
import-paste = Oder Zeilen einfügen
import-rows = Zeilen, mit einer Zeile von Überschriften
import-paste-hint = Zellen, die Sie in einer Tabellenkalkulation kopiert haben, können Sie einfügen, wie sie sind.
import-go-on = Durchsehen
import-recent = Kürzlich importiert
import-when = Wann
import-is-undone = rückgängig gemacht
import-pasted = eingefügte Zeilen
import-kinds = Was jede Art enthält
import-example = Leere Datei zum Ausfüllen: { $kind }
import-kind-items = Artikel
import-kind-locations = Lagerorte
import-kind-customers = Kunden
import-kind-bom = Stücklisten
import-kind-purchase-orders = Bestellungen
import-kind-stock = Gezählter Bestand
import-kind-movements = Bewegungen
import-kind-means-items = Legt neue Artikel an und ändert bekannte. Ein leeres Feld ändert nichts.
import-kind-means-locations = Legt neue Lagerorte an und ändert bekannte, mit neuen Standorten.
import-kind-means-customers = Legt neue Kunden an und benennt bekannte um.
import-kind-means-bom = Setzt, was für eine Einheit gebraucht wird. Die Menge 0 nimmt eine Zeile weg.
import-kind-means-purchase-orders = Gibt Bestellungen auf. Zeilen mit derselben Nummer sind eine Bestellung.
import-kind-means-stock = Zählt, was jetzt da ist. Was die Datei nicht nennt, bleibt, wie es ist.
import-kind-means-movements = Bucht Bestand zu, ab und um, auch mit Zeiten von früher.
import-of = Import: { $kind }
import-reading = Wie die Datei gelesen wird
import-separator = Zwischen den Feldern
import-separator-comma = Komma
import-separator-semicolon = Semikolon
import-separator-tab = Tabulator
import-decimal = Dezimalstellen
import-decimal-point = Punkt: 2.5
import-decimal-comma = Komma: 2,5
import-needed = nötig
import-not-in-file = nicht in der Datei
import-nth = Spalte { $n }
import-look-again = Noch einmal durchsehen
import-unused = Nicht gelesen: { $titles }
import-zone = Zeiten ohne Zeitzone gelten als { $zone }.
import-choose-columns = Wählen Sie, welche Spalte der Datei das ist: { $columns }
import-rows-in-all =
    { $n ->
        [one] Eine Zeile
       *[other] { $n } Zeilen
    }
import-rows-new = { $n } neu
import-rows-changed = { $n } geändert
import-rows-removed = { $n } weggenommen
import-rows-counted = { $n } gezählt
import-rows-moved = { $n } bewegt
import-rows-ordered = { $n } bestellt
import-rows-already = { $n } schon da
import-rows-bad = { $n } fehlerhaft
import-rows-left-out = { $n } fehlerhaft, ausgelassen
import-outcome-new = neu
import-outcome-changed = geändert
import-outcome-removed = weggenommen
import-outcome-counted = gezählt
import-outcome-moved = bewegt
import-outcome-ordered = bestellt
import-outcome-already = schon da, nichts ändert sich
import-write =
    { $n ->
        [one] Eine Zeile importieren
       *[other] { $n } Zeilen importieren
    }
import-write-good =
    { $n ->
        [one] Die gute Zeile importieren, die fehlerhaften auslassen
       *[other] Die { $n } guten Zeilen importieren, die fehlerhaften auslassen
    }
import-other-file = Die verbesserte Datei wählen
import-nothing-new = Es würde nichts geschrieben: Alles davon ist schon da, oder genau diese Datei wurde schon aufgenommen. Ihre Zeilen zählen einmal.
import-bad-rows = Was nicht stimmt
import-line = Zeile
import-wrong = Grund
import-more-bad =
    { $n ->
        [one] Eine weitere Zeile ist fehlerhaft.
       *[other] { $n } weitere Zeilen sind fehlerhaft.
    }
import-first =
    { $n ->
        [one] Die erste gute Zeile
       *[other] Die ersten { $n } guten Zeilen
    }
import-happens = Was sie tut
import-value = { $field }: { $value }
import-change = { $field }: { $from } → { $to }
import-nothing = nichts
import-site-made = Der Standort { $site } wird angelegt
import-order-placed = Die Bestellung { $number } wird aufgegeben
import-undo-items = Einen Tag lang lässt sich das hier rückgängig machen, solange der Server nicht neu startet: Neue Artikel werden archiviert, geänderte bekommen ihre Werte zurück. Was inzwischen jemand geändert oder benutzt hat, bleibt.
import-undo-locations = Einen Tag lang lässt sich das hier rückgängig machen, solange der Server nicht neu startet: Neue Lagerorte und Standorte werden archiviert, geänderte bekommen ihre Werte zurück. Was inzwischen jemand geändert oder benutzt hat, bleibt.
import-undo-customers = Einen Tag lang lässt sich das hier rückgängig machen, solange der Server nicht neu startet: Neue Kunden werden archiviert, geänderte bekommen ihre Namen zurück. Was inzwischen jemand geändert oder benutzt hat, bleibt.
import-undo-bom = Einen Tag lang lässt sich das hier rückgängig machen, solange der Server nicht neu startet: Jede Zeile ist wieder, wie sie war. Was inzwischen jemand geändert hat, bleibt.
import-undo-purchase-orders = Aufgegebene Bestellungen lassen sich hier nicht rückgängig machen. Schließen Sie sie auf ihren Seiten.
import-undo-stock = Einen Tag lang lässt sich das hier rückgängig machen, solange der Server nicht neu startet: Jede Zählung wird ungültig. Danach machen Sie jede einzeln im Bestandsverlauf ihres Artikels rückgängig.
import-undo-movements = Einen Tag lang lässt sich das hier rückgängig machen, solange der Server nicht neu startet: Jede Bewegung wird ungültig. Danach machen Sie jede einzeln im Bestandsverlauf ihres Artikels rückgängig.
import-done = Importiert am { $at }
import-was-done = Importiert am { $at }, dann rückgängig gemacht
import-first-entry = Der erste Eintrag
import-undo-all = Import rückgängig machen
import-taken-back =
    { $n ->
        [0] Es war nichts mehr rückgängig zu machen.
        [one] Eine Sache ist rückgängig gemacht.
       *[other] { $n } Sachen sind rückgängig gemacht.
    }
import-before-count =
    { $n ->
        [one] Eine davon liegt vor einer späteren Zählung: Deren Summe bleibt, wie sie gezählt wurde.
       *[other] { $n } davon liegen vor späteren Zählungen: Deren Summen bleiben, wie sie gezählt wurden.
    }
import-left =
    { $n ->
        [one] Eine Sache bleibt
       *[other] { $n } Sachen bleiben
    }
import-left-what = Was
import-left-why = Warum
import-left-changed = inzwischen hat es jemand geändert
import-left-in-use = es ist inzwischen in Gebrauch
import-left-undone = es war schon rückgängig gemacht oder archiviert
import-another = Eine weitere Datei importieren
import-column-sku = Artikelnummer
import-column-name = Name
import-column-kind = Art
import-column-unit = Einheit
import-column-threshold = Meldebestand
import-column-barcodes = Barcodes
import-column-location = Lagerort
import-column-number = Nummer
import-column-type = Lagerortart
import-column-site = Standort
import-column-room = Raum
import-column-row = Reihe
import-column-column = Spalte
import-column-code = Kürzel
import-column-parent = Was hergestellt wird
import-column-child = Teil
import-column-quantity = Menge
import-column-refs = Bezeichner
import-column-attrition = Schwund in Prozent
import-column-supplier = Lieferant
import-column-item = Artikel
import-column-date = Tag
import-column-owner = Eigentümer
import-column-batch = Charge
import-column-time = Zeit
import-column-from = Von
import-column-to = Nach
import-column-reason = Grund
import-column-order = Auftrag
import-column-note = Notiz
import-restored = wieder in Gebrauch
