# Etiketten zum Drucken.
nav-labels = Etiketten
labels-for = Etiketten für
labels-of-locations = Lagerorte
labels-of-items = Artikel
labels-of-commands = Befehlskarten
labels-of-users = Ausweise der Benutzer
labels-of-orders = Aufträge
labels-of-lots = Fertigungslose
labels-of-pos = Bestellungen
labels-of-stocktakes = Inventuren
labels-of-customers = Kunden
labels-of-reasons = Gründe
labels-of-calibration = Kalibrierkarte für Scanner
labels-select = Welche
labels-select-example = alle in Gebrauch, oder A-01, A-*
labels-format = Format
labels-format-pdf = PDF, für jeden Drucker
labels-format-svg = SVG, eine Seite als Bild
labels-format-zpl = ZPL, für Etikettendrucker
labels-paper = Papier und Codes
labels-sheet = Bogen
labels-suits = was passt
labels-symbology = Art des Codes
symbology-code128 = Code 128
symbology-qr = QR-Code
symbology-datamatrix = Data Matrix
symbology-gs1-128 = GS1-128
symbology-gs1-datamatrix = GS1 DataMatrix
labels-start = Erstes freies Etikett
labels-dpi = Punkte je Zoll des Etikettendruckers
labels-barcodes = Artikel mit ihrem eigenen Barcode
labels-on-sheet =
    { $n ->
        [one] 1 Etikett
       *[other] { $n } Etiketten
    }
labels-will-print =
    { $n ->
        [one] 1 Etikett
       *[other] { $n } Etiketten
    }
labels-sheets =
    { $n ->
        [one] auf 1 Bogen
       *[other] auf { $n } Bögen
    }
labels-file = { $format }-Datei
labels-print-on = Auf { $printer } drucken
labels-picture = Der erste Bogen, wie er gedruckt wird
labels-left-out = Kein Etikett für { $number }: Mehrere haben diese Nummer.
labels-no-printer = Etikettendrucker des Hauses drucken von hier aus, sobald ein Administrator sie nennt:
labels-of-this = Etiketten drucken
log-of-this = Einträge im Protokoll
done-printed = An { $printer } geschickt, Etiketten: { $n }.
setting-printers = Etikettendrucker
setting-printers-help = Drucker im Netz, die ZPL verstehen, einer je Zeile: ein Name, =, die Adresse. Hinter einem Schrägstrich die Punkte je Zoll, wenn es 300 sind, und die Größe der Etiketten in Millimetern.
setting-printers-example = Rampe=192.168.7.30/300dpi/57x32
