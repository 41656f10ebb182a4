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
