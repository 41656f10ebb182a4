# Bestand: Artikel nach Standort.
stock-search = Artikelnummer, Name oder Barcode
stock-owner = Eigentümer
stock-kind = Art
stock-none-yet = Es gibt noch keinen Bestand. Öffnen Sie einen Artikel und buchen Sie etwas zu, oder scannen Sie ihn mit einem Handgerät.
stock-none-found = So etwas ist nicht im Bestand.
stock-by-site = Bestand nach Standort
stock-caption = Bestand nach Standort. Jede Zahl führt dahin, warum sie so ist.
stock-no-site = Ohne Standort
stock-unknown-moment = Stand unbekannt
stock-devices-behind =
    { $n ->
        [one] Neues von 1 Gerät kann fehlen
       *[other] Neues von { $n } Geräten kann fehlen
    }
stock-total = Gesamt
stock-sum-of =
    { $n ->
        [one] Summe über den 1 gezeigten Artikel
       *[other] Summe über die { $n } gezeigten Artikel
    }
stock-sum-in = in { $unit }
