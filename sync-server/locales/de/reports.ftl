# Berichte: was getan wurde, was hier liegt, was Zählungen fanden, was sich nicht bewegt, wer wie viel tat.
nav-reports = Berichte
report-period = Vom { $from } bis { $to }, Tage in { $zone }. Was rückgängig gemacht wurde, zählt nirgends.
report-time = Zeitraum
report-last-days =
    { $n ->
        [one] Heute
       *[other] Letzte { $n } Tage
    }
report-other-days = Andere Tage
report-takes-days = Es geht eine Zahl von Tagen, 1 bis 1100.
report-takes-range = Es geht ein Tag vor dem letzten, höchstens 1100 Tage früher.
report-unit = Mengen in
report-day = Tag
report-days = Tage
report-month = Monat
report-movements = Was getan wurde
report-movements-caption = Buchungen je Tag, jede einmal, nach dem, was sie taten. Eine Umlagerung zählt einmal, wohin sie auch ging.
report-transactions = Buchungen
report-transaction-count =
    { $n ->
        [one] 1 Buchung
       *[other] { $n } Buchungen
    }
report-added-in = Zugang, { $unit }
report-removed-in = Abgang, { $unit }
report-moved-in = Umgelagert, { $unit }
report-corrected-in = Durch Zählungen berichtigt, { $unit }
report-change-in = Änderung, { $unit }
report-change = Änderung
report-nothing-done = In diesem Zeitraum wurde nichts getan.
report-stock = Was hier liegt
report-stock-caption = Bestand am Ende jedes Tages, nach Menge, in { $unit }. Preise gibt es hier nicht: Eine Schraube zählt so viel wie ein Motor.
report-stock-now = { $quantity } { $unit } im Bestand
report-no-stock = Solchen Bestand gibt es nicht.
report-before = Am Anfang
report-after = Am Ende
report-lines = Bestandszeilen
report-shrinkage = Was Zählungen fanden
report-shrinkage-caption = Was Zählungen zu wenig und zu viel fanden, je Monat, in { $unit }.
report-shrinkage-means = Die Abweichung einer Zählung ist der Unterschied zwischen dem, was gesehen wurde, und dem, was die Bücher kurz davor sagten, nach allem, was jetzt bekannt ist. Die erste Zählung einer Bestandszeile bucht ein, was dort lag: Sie ist kein Befund und steht für sich.
report-differing-of = { $differing } von { $counts } Zählungen wichen ab
report-counts = Zählungen
report-first-counts = Erste Zählungen
report-missing = Fehlt
report-over = Zu viel
report-difference = Differenz
report-missing-in = Fehlt, { $unit }
report-over-in = Zu viel, { $unit }
report-difference-in = Differenz, { $unit }
report-nothing-counted = In diesem Zeitraum wurde nichts gezählt.
report-no-differences = Keine Zählung wich ab.
report-by = Wo
report-by-item = Nach Artikel
report-by-location = Nach Lagerort
report-by-month = Monat für Monat
report-by-item-title = Artikel, von denen am meisten fehlt
report-by-location-title = Lagerorte, an denen am meisten fehlt
report-shown = { $shown } von { $found } sind zu sehen; die Datei hat alle.
report-slow = Was sich nicht bewegt
report-slow-caption = Artikel mit Bestand, danach, wie lange nichts davon zugebucht, abgebucht oder umgelagert wurde. Zählungen bewegen nichts.
report-slow-rows = Seit { $n } Tagen oder länger nicht bewegt
report-slow-count =
    { $n ->
        [one] 1 Artikel hat sich nicht bewegt
       *[other] { $n } Artikel haben sich nicht bewegt
    }
report-idle = Nicht bewegt
report-idle-for =
    { $n ->
        [one] seit 1 Tag
       *[other] seit { $n } Tagen
    }
report-not-moved = Nicht bewegt seit
report-nothing-slow = Alles, was hier liegt, hat sich seither bewegt.
report-last-moved = Zuletzt bewegt
report-days-ago =
    { $n ->
        [0] heute
        [one] vor 1 Tag
       *[other] vor { $n } Tagen
    }
idle-days-30 = 0–29 Tagen
idle-days-90 = 30–89
idle-days-180 = 90–179
idle-days-365 = 180–364
idle-longer = länger
idle-never = noch nie
report-people = Wer wie viel tat
report-people-caption = Buchungen je Person, jede einmal, nach dem, was sie taten. Ein Gerät, an dem niemand angemeldet war, steht für sich selbst.
report-people-count =
    { $n ->
        [one] 1 Person an 1 Gerät
       *[other] { $n } Personen und Geräte
    }
report-others = andere
report-device = Gerät
report-last = Zuletzt
report-other-units = Was abweicht oder hier liegt, wird nicht in { $unit } geführt. Wählen Sie oben eine andere Einheit.
