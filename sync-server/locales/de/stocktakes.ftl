# Inventuren: die Liste, eine neue, und der Bericht einer.
nav-stocktakes = Inventuren
stocktake = Inventur
new-stocktake = Neue Inventur
open-stocktake = Inventur eröffnen
which-stocktakes = Welche
stocktakes-show-open = Offene
stocktakes-show-all = Alle, auch abgeschlossene
no-stocktakes-yet = Es gibt noch keine Inventuren. Eröffnen Sie die erste, und geben Sie an, was zu zählen ist.
no-stocktakes-found = Keine Inventur ist offen.
stocktakes-due = Fällig
stocktakes-counted = Gezählt
stocktakes-differing = Abweichend
stocktakes-approved = Bestätigt
stocktakes-state = Zustand
stocktakes-progress = { $counted } von { $total } gezählt
stocktakes-differ =
    { $n ->
        [0] keine Abweichung
        [one] 1 Abweichung
       *[other] { $n } Abweichungen
    }
stocktakes-are-approved =
    { $n ->
        [0] nichts bestätigt
       *[other] { $n } bestätigt
    }
stocktakes-new-help = Geben Sie an, was zu zählen ist. Ohne Lagerorte und Artikel ist es alles.
stocktakes-locations = Lagerorte
stocktakes-items = Artikel
stocktakes-one-a-line = In jeder Zeile einer.
stocktakes-days = So viele Tage nicht gezählt
stocktakes-days-hint = Lassen Sie es leer, um alles davon zu zählen.
stocktakes-title = Titel
stocktakes-number = Nummer
stocktakes-number-hint = Lassen Sie sie leer, und es wird eine vergeben.
stocktakes-blind = Blind
stocktakes-blind-means = Wer zählt, erfährt nicht, wie viel da sein soll.
stocktakes-is-blind = Diese Inventur ist blind: Wer zählt, erfährt erst nach der Zählung einer Zeile, was erwartet war. Leiter sehen alles.
stocktakes-what = Zu zählen
stocktakes-everything = Alles
stocktakes-more-locations =
    { $n ->
        [one] und 1 weiterer Lagerort
       *[other] und { $n } weitere Lagerorte
    }
stocktakes-more-items =
    { $n ->
        [one] und 1 weiterer Artikel
       *[other] und { $n } weitere Artikel
    }
stocktakes-not-counted-for = was { $days } Tage nicht gezählt wurde
stocktakes-opened = Eröffnet
stocktakes-closed = Abgeschlossen
stocktakes-behind =
    { $n ->
        [one] 1 Gerät hat länger nicht abgeglichen: Zählungen davon können fehlen.
       *[other] { $n } Geräte haben länger nicht abgeglichen: Zählungen davon können fehlen.
    }
stocktakes-which-lines = Welche Zeilen
stocktakes-lines-all = Alle Zeilen
stocktakes-lines-open = Zu zählen
stocktakes-lines-waiting = Zu bestätigen
stocktakes-lines-differing = Abweichend
stocktakes-no-lines = Dort liegt nichts, das zu zählen ist.
stocktakes-none-such = Keine Zeile ist so.
stocktakes-line = Lagerort und Artikel
stocktakes-expected = Erwartet
stocktakes-variance = Abweichung
stocktakes-acts = Was zu tun ist
stocktakes-counter = { $device } zählt
stocktakes-hidden = vor der Zählung nicht angezeigt
stocktake-line-open = Zu zählen
stocktake-line-again = Nachzählen
stocktake-line-counted = Gezählt
stocktake-line-approved = Bestätigt
stocktakes-disagree = Zählungen uneinig
stocktakes-disagree-means = Zwei Geräte haben gezählt, und was dazwischen bewegt wurde, erklärt den Unterschied nicht.
stocktakes-count = Zählen
stocktakes-count-of = Wie viel von { $item } an { $location } ist
stocktakes-count-was = { $expected } erwartet, { $variance }
stocktakes-counts-of = Zählungen von { $item } an { $location }
stocktakes-tick = { $item } an { $location } mit anderen bestätigen
stocktakes-approve = Bestätigen
stocktakes-approve-of = Zählung von { $item } an { $location } bestätigen
stocktakes-again = Nachzählen
stocktakes-again-of = Nachzählen: { $item } an { $location }
stocktakes-shown = { $shown } von { $found } Zeilen
stocktakes-note = Notiz
stocktakes-approve-ticked = Ausgewählte bestätigen
stocktakes-approve-all =
    { $n ->
        [one] Die eine wartende bestätigen
       *[other] Alle { $n } wartenden bestätigen
    }
stocktakes-expected-means = Erwartet ist, was kurz vor der Zählung da war, nach allem, was jetzt bekannt ist. Eine Buchung, die vor einer Zählung geschah und später eintrifft, ändert die Abweichung, nie die Zählung.
stocktakes-assign = Wer zählt
stocktakes-assign-means = Ohne Lagerort und Artikel ist es die ganze Inventur. Mit beiden ist es alles an dem Lagerort, und der Artikel, wo immer er liegt.
stocktakes-any-device = Jedes Gerät
stocktakes-location = Lagerort
stocktakes-assign-it = Zuweisen
stocktakes-rest = Der Rest ist nicht da
stocktakes-rest-means =
    { $n ->
        [one] Eine Zeile hat niemand gezählt. Sie wird mit null gezählt.
       *[other] { $n } Zeilen hat niemand gezählt. Sie werden mit null gezählt.
    }
stocktakes-rest-at = Nur an diesem Lagerort
stocktakes-rest-sure = Jemand hat nachgesehen: Nichts davon ist da.
stocktakes-rest-do = Den Rest mit null zählen
stocktakes-close = Inventur abschließen
stocktakes-close-means = Alle Zählungen bleiben, was sie sind. Was nicht gezählt wurde, bleibt, wie es ist.
done-stocktake-opened = Inventur { $stocktake } ist eröffnet.
done-stocktake-counted = { $quantity } von { $item } an { $location } gezählt.
done-stocktake-assigned = { $device } soll das zählen.
done-stocktake-anybody = Jedes Gerät darf das zählen.
done-stocktake-again = { $item } an { $location } ist nachzuzählen.
done-stocktake-approved-all = Alles, was wartete, ist bestätigt.
done-stocktake-approved = Bestätigte Zeilen: { $count }.
done-stocktake-rest = Was niemand gezählt hat, ist mit null gezählt.
done-stocktake-closed = Inventur { $stocktake } ist abgeschlossen.
warned-rest-open = Zeilen, die nicht gezählt oder nachzuzählen sind, bleiben, wie sie sind.
warned-not-approved = Gezählte Zeilen, die nicht bestätigt wurden, zählen trotzdem.
refused-unknown-stocktake = Diese Inventur gibt es nicht.
hint-unknown-stocktake = Suchen Sie sie unter allen Inventuren.
refused-ambiguous-stocktake = Mehrere Inventuren haben diese Nummer.
hint-ambiguous-stocktake = Öffnen Sie die gemeinte aus der Liste.
refused-stocktake-ended = Diese Inventur ist abgeschlossen, und das ist endgültig.
hint-stocktake-ended = Eröffnen Sie eine neue für das, was zu zählen ist.
refused-unknown-stocktake-line = Die Inventur hat keine solche Zeile.
hint-unknown-stocktake-line = Sehen Sie sich ihre Zeilen an.
refused-counted-meanwhile = Inzwischen hat jemand gezählt.
hint-counted-meanwhile = Sehen Sie sich die Zeilen noch einmal an, und bestätigen Sie sie dann.
refused-nothing-to-approve = Nichts wartet auf Bestätigung.
hint-nothing-to-approve = Sehen Sie sich die Zeilen an: Vielleicht hat sie schon jemand bestätigt.
refused-too-many = So viele Artikel und Lagerorte lassen sich nicht einzeln nennen.
hint-too-many = Nennen Sie weniger, oder eröffnen Sie sie für alles.
refused-nothing-to-count = Alle Zeilen sind gezählt.
refused-nothing-ticked = Keine Zeile ist ausgewählt.
hint-nothing-ticked = Wählen Sie die Zeilen aus, die zu bestätigen sind.
refused-not-sure = Niemand hat gesagt, dass nachgesehen wurde.
hint-not-sure = Kreuzen Sie an, dass jemand nachgesehen hat, und zählen Sie dann den Rest mit null.
