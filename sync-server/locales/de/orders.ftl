# Aufträge: die Liste, ein neuer, ein Auftrag, seine Pickliste.
new-order = Neuer Auftrag
edit-order = Auftrag bearbeiten
open-order = Auftrag eröffnen
search-orders = Nummer, Titel, Kunde oder Standort
which-orders = Welche
orders-show-open = Offene
orders-show-backorder = Mit Rückstand
orders-show-ready = Bereit zum Entnehmen
orders-show-all = Alle, auch beendete
no-orders-yet = Es gibt noch keine Aufträge. Eröffnen Sie den ersten und tragen Sie ein, was er braucht.
no-orders-found = So ist kein Auftrag.
orders-order = Auftrag
orders-customer = Kunde
orders-site = Standort
orders-any-site = Jeder Standort
orders-due = Fällig
orders-due-on = fällig am { $day }
orders-state = Zustand
orders-title = Titel
orders-stage = Stufe
orders-opened = Eröffnet
orders-type = Art
order-number-field = Nummer
order-number-hint = Bleibt das Feld leer, wird eine gebildet.
title-hint = Worum es geht.
customer-hint = Das Kürzel eines Kunden, wenn der Auftrag für einen ist.
site-hint = Der Standort, dessen Bestand den Auftrag bedient.
stage-hint = Wie weit die Arbeit ist, in Ihren Worten.
order-type-repair = Reparatur
order-type-sales = Verkauf
order-state-open = Offen
order-state-closed = Abgeschlossen
order-state-cancelled = Storniert
policy-means-issue = Teile verlassen den Bestand sofort, soweit sie da sind; der Rest ist Rückstand und wird bereit, wenn Bestand kommt.
policy-means-reserve = Bestand wird sofort zugeteilt und geht beim Entnehmen ab; neuer Bestand wird von selbst zugeteilt.
mark-backorder = Rückstand
mark-ready = Bereit
mark-provisional = Vorläufig
provisional-means = Der zentrale Server kennt noch nicht alles davon.
order-lines-count =
    { $n ->
        [0] keine Zeilen
        [one] 1 Zeile
       *[other] { $n } Zeilen
    }
exception-here = Ausnahme:
orders-add-item = Artikel hinzufügen: scannen oder tippen
orders-which-item = Welchen Artikel meinen Sie?
orders-quantity = Menge
orders-add = Hinzufügen
orders-available-unit = { $quantity } { $unit } verfügbar
no-lines-yet = Dieser Auftrag wünscht noch nichts. Fügen Sie einen Artikel hinzu.
orders-wanted = Gewünscht
orders-picked = Entnommen
orders-ready = Bereit
orders-backorder = Rückstand
orders-line-acts = Was zu tun ist
orders-fill = Ausführen
orders-fill-all = Alles ausführen, was bereit ist
fill-means = Nimmt, was bereit ist, von seinen Orten aus dem Bestand.
fill-of = { $item } für Auftrag { $order } ausführen
change-line = Zeile von { $item } ändern
served-first = wird zuerst bedient
waits-since = wartet seit { $at }
free-elsewhere = { $quantity } an anderen Standorten
free-elsewhere-move = { $quantity } sind an anderen Standorten frei: Lagern Sie sie hierher um.
free-at-site = { $quantity } sind verfügbar am Standort { $site }.
free-here = { $quantity } sind verfügbar.
short-otherwise = Tragen Sie weniger ein, buchen Sie erst Bestand zu, oder lassen Sie einen Administrator Rückstände erlauben:
orders-why = Warum?
done-with-line = Zurück zu den Zeilen
set-line = Setzen
set-line-hint = Eine Zahl ist die gewünschte Menge im Ganzen; +2 oder −2 ändert sie. 0 nimmt die Zeile heraus.
pick-from = Entnehmen von
orders-pick = Entnehmen
orders-batch = Charge
orders-batch-named = Charge { $batch }
orders-owned-by = von { $owner }
lies-nowhere = An keinem Lagerort ist etwas davon.
return-quantity = Kam zurück
orders-return = Zurückbuchen
return-hint = Geht dorthin zurück, wo es entnommen wurde, das Neueste zuerst.
serve-first = Diese Zeile zuerst bedienen
serve-in-turn = Wieder der Reihe nach bedienen
remove-line = Zeile entfernen
comes-back = { $quantity } Entnommene gehen an ihre Orte zurück.
order-history = Entnahmen und Rückgaben
orders-when = Wann
orders-location = Lagerort
orders-who = Wer
orders-reason = Grund
close-order = Auftrag abschließen
close-means = Alles ist entnommen.
close-leaves =
    { $n ->
        [one] Eine Zeile ist nicht entnommen; sie wird nicht mehr gewünscht.
       *[other] { $n } Zeilen sind nicht entnommen; sie werden nicht mehr gewünscht.
    }
cancel-order = Auftrag stornieren
cancel-back = Das geht an seine Orte zurück:
cancel-nothing-back = Es wurde nichts entnommen, also geht nichts zurück.
done-order-opened = Auftrag { $order } ist offen. Tragen Sie ein, was er braucht.
done-order-saved = Auftrag { $order } ist gespeichert.
done-line-added = { $item }: { $change } im Auftrag.
done-line-waits = { $item } steht im Auftrag; nicht alles davon ist verfügbar, der Rest ist Rückstand.
done-line-set = { $item }: { $wanted } gewünscht.
done-line-removed = { $item } steht nicht mehr im Auftrag; was entnommen war, ging an seine Orte zurück.
done-picked = { $quantity } von { $item } an { $location } entnommen.
done-picked-unpromised = { $quantity } von { $item } an { $location } entnommen. Nicht alles war diesem Auftrag zugeteilt: Einem anderen kann es fehlen.
done-filled = Alles, was für { $order } bereit war, ist entnommen.
done-filled-item = Was von { $item } für { $order } bereit war, ist entnommen.
done-returned = { $quantity } von { $item } kamen zurück.
done-expedited = { $item } wird zuerst bedient.
done-not-expedited = { $item } wird der Reihe nach bedient.
done-cancelled = Auftrag { $order } ist storniert; was entnommen war, ging an seine Orte zurück.
done-closed = Auftrag { $order } ist abgeschlossen.
done-closed-open = Auftrag { $order } ist abgeschlossen. Was nicht entnommen war, wird nicht mehr gewünscht.
pick-list = Pickliste
picks-count =
    { $n ->
        [0] nichts zu entnehmen
        [one] 1 Platz
       *[other] { $n } Plätze
    }
nothing-to-pick = Nichts ist bereit, entnommen zu werden.
back-to-order = Zum Auftrag
pick-quantity-of = Menge von { $item } an { $location }
picked-it = Entnommen
too-few = Zu wenig da?
too-few-means = Tragen Sie ein, wie viel da ist, und entnehmen Sie das. Zählen Sie dann den Ort, damit der Bestand stimmt und der Rest als Rückstand wartet.
orders-count-place = { $location } zählen
lines-wait =
    { $n ->
        [one] Eine Zeile wartet auf Bestand.
       *[other] { $n } Zeilen warten auf Bestand.
    }
# Rückstände.
of-item = Von einem Artikel
orders-sku-or-barcode = Artikelnummer oder Barcode
backorders-all = Wartende und bereite
backorders-ready = Bereit zum Ausführen
no-such-item-here = Diesen Artikel gibt es nicht.
nothing-on-backorder = Es gibt keinen Rückstand.
nothing-waits-like-that = So ist kein Rückstand.
waiting-since = Wartet seit
days-waiting =
    { $n ->
        [0] seit heute
        [one] seit 1 Tag
       *[other] seit { $n } Tagen
    }
# Kunden.
new-customer = Neuer Kunde
add-customer = Kunden anlegen
partner-code = Kürzel
partner-code-hint = Ein kurzes Kürzel; es bleibt, wenn der Name sich ändert.
partner-name = Name
search-customers = Kürzel oder Name
customers-archived-too = Auch archivierte
customer-is-archived = archiviert
no-customers-yet = Es gibt noch keine Kunden. Legen Sie einen an, um seinen Bestand von unserem zu trennen und Aufträge für ihn zu eröffnen.
no-customers-found = So ist kein Kunde.
their-stock = Bestand hier
open-orders = Offene Aufträge
customer-items-count =
    { $n ->
        [0] keiner
        [one] 1 Artikel
       *[other] { $n } Artikel
    }
orders-count =
    { $n ->
        [0] keine
        [one] 1 Auftrag
       *[other] { $n } Aufträge
    }
customer-stock = Bestand des Kunden
no-customer-stock = Hier gehört ihm nichts.
on-hand-theirs = Vorhanden
customer-more-lines =
    { $n ->
        [one] Und eine Bestandszeile mehr.
       *[other] Und { $n } Bestandszeilen mehr.
    }
customer-change-owner = Eigentümer wechseln
customer-change-owner-to = Wo es liegt, wird so viel eines Artikels
customer-to-own = unser eigener Bestand
to-customer = Bestand von { $customer }
customer-orders = Aufträge des Kunden
no-customer-orders = Es gibt keinen Auftrag für ihn.
edit-customer = Umbenennen oder archivieren
archive-customer = Archivieren
archive-customer-means = Aus den Listen; Bestand und Aufträge bleiben.
restore-customer = Wieder in Gebrauch nehmen
done-customer-added = Der Kunde { $customer } ist angelegt.
done-customer-renamed = Der Name ist jetzt { $name }.
done-customer-archived = { $customer } ist archiviert.
done-customer-restored = { $customer } ist wieder in Gebrauch.
done-owner-own = { $quantity } von { $item } von { $customer } gehören jetzt uns.
done-owner-customer = { $quantity } von { $item } gehören jetzt { $customer }.
