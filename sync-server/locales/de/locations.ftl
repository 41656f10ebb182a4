# Lagerorte, ihre Arten und Regale, und Standorte.
sites = Standorte
site-add = Standort anlegen
site-code = Kürzel
site-none = Es gibt noch keine Standorte. Mit Standorten wird der Bestand für jeden gezeigt.
site-time-zone = Zeitzone
site-no-zone = keine
site-zone-help = Zeiten an diesem Standort werden in seiner Zeitzone gezeigt. Ohne Zeitzone gilt die des ersten Standorts, der eine hat, sonst UTC.
site-what = Was zu tun ist
place = Lagerort
place-search = Nummer, Name oder Raum
place-type = Lagerortart
place-room = Raum
place-row = Reihe
place-column = Spalte
place-number = Nummer
place-name = Name
place-name-as-number = Wie die Nummer
place-position = Art, Spalte, Reihe
place-show = Welche
place-show-used = In Gebrauch
place-show-blocked = Gesperrte
place-show-all = Auch archivierte
place-blocked = gesperrt
place-archived = archiviert
place-none-yet = Es gibt noch keine Lagerorte. Legen Sie ein ganzes Regal auf einmal an oder einen Lagerort nach dem anderen.
place-none-found = Kein Lagerort ist so.
place-before = Davor: { $place }
place-behind = Dahinter: { $place }
place-edit = Bearbeiten
place-edit-of = { $place } bearbeiten
place-blocked-means = Dieser Lagerort ist gesperrt: Was hier liegt, wird keinem Auftrag zugeteilt.
place-archived-means = Dieser Lagerort ist nicht mehr in Gebrauch.
place-counted-longest = Zuletzt gezählt
place-counted = Zuletzt gezählt
place-contents = Inhalt
place-empty = Hier liegt nichts.
place-on-hand = Vorhanden
place-owned-by = Eigentum von { $owner }
place-ours = Eigener Bestand
place-batch = Charge { $batch }
place-count = Zählen
place-recent = Letzte Buchungen
place-when = Wann
place-change = Änderung
place-who = Wer
place-seen = gezählt:
place-use = Gebrauch
place-block = Diesen Lagerort sperren
place-unblock = Diesen Lagerort freigeben
place-archive = Archivieren
place-restore = Wieder in Gebrauch nehmen
place-no-type = Keine
place-form-help = Reihe und Spalte gehören zum Raster der Lagerortart; lassen Sie sie weg, wo es keines gibt. Ein neuer Standort wird angelegt.
place-another = Danach einen weiteren anlegen
location-add = Lagerort anlegen
rack-add = Ganzes Regal anlegen
rack-instead = Stattdessen ein ganzes Regal anlegen
rack-no-type = Ein Regal braucht eine Lagerortart mit Reihen und Spalten. Legen Sie zuerst eine an.
rack-prefix = Anfang der Nummern
rack-help = Die Nummern bestehen aus Anfang, Spalte und Reihe: R1-A-01. Lagerorte, die es schon gibt, bleiben, wie sie sind.
rack-preview = Vorschau
rack-create = Anlegen
rack-will-make =
    { $n ->
        [one] 1 Lagerort wird angelegt.
       *[other] { $n } Lagerorte werden angelegt.
    }
rack-there =
    { $n ->
        [one] 1 gibt es schon; er bleibt, wie er ist.
       *[other] { $n } gibt es schon; sie bleiben, wie sie sind.
    }
rack-which = Regal
rack-no-prefix = ohne Anfang
rack-loose = Ohne Platz im Raster
rack-more-rows = Weitere Reihen
type-add = Lagerortart anlegen
type-racks = Regale nach Art
type-name = Name
type-rows = Reihen
type-columns = Spalten
type-columns-example = A-T oder 1-20
type-help = Eine Lagerortart mit Reihen und Spalten hat ein Raster: Ihre Regale werden gezeichnet und nach ihrem Inhalt gefärbt. Für Orte wie eine Bodenfläche lassen Sie beides weg.
type-draw = Vorschau
type-drawing = Raster
type-drawing-cut = Nur die ersten Reihen und Spalten sind gezeichnet.
type-places =
    { $n ->
        [one] 1 Lagerort in einem ganzen Regal
       *[other] { $n } Lagerorte in einem ganzen Regal
    }
type-no-places = Es gibt noch keine Lagerorte dieser Art.
type-rename = Diese Lagerortart umbenennen
heat-by = Färben nach
heat-by-items = Zahl der Artikel
heat-by-stock = Anteil am Bestand
heat-by-counted = Tagen seit der letzten Zählung
heat-sum-in = Summen in { $unit }.
heat-others =
    { $n ->
        [one] 1 Artikel mit anderer Einheit zählt nicht mit.
       *[other] { $n } Artikel mit anderen Einheiten zählen nicht mit.
    }
heat-empty = nichts da
heat-items =
    { $n ->
        [one] 1 Artikel
       *[other] { $n } Artikel
    }
heat-days =
    { $n ->
        [0] heute gezählt
        [one] vor 1 Tag gezählt
       *[other] vor { $n } Tagen gezählt
    }
heat-never = nie
heat-within =
    { $n ->
        [one] in den letzten 24 Stunden gezählt
       *[other] in den letzten { $n } Tagen gezählt
    }
heat-longer = vor längerer Zeit oder nie gezählt
heat-up-to = bis { $amount }
heat-legend = Was die Farben bedeuten
done-place-saved = { $what } ist gespeichert.
done-site-made = Standort { $site } ist angelegt.
done-location-made = Lagerort { $place } ist angelegt.
done-type-made = Lagerortart { $name } ist angelegt. Legen Sie nun ein Regal davon an.
done-rack-made = Regal { $prefix } ist angelegt.
done-blocked = { $what } ist gesperrt.
done-unblocked = { $what } ist nicht mehr gesperrt.
done-archived-place = { $what } ist archiviert.
done-restored-place = { $what } ist wieder in Gebrauch.
refused-bad-grid = Das ist kein Raster: Reihen sind eine Zahl von 1 bis 999, Spalten ein Bereich wie A-T oder 1-20.
refused-bad-row = Eine Reihe ist eine Zahl.
refused-rack-too-large = Das wären mehr als 5.000 Lagerorte auf einmal.
hint-rack-too-large = Legen Sie mehrere Regale an, jedes mit eigenem Anfang der Nummern.
refused-bad-time-zone = Diese Zeitzone gibt es nicht.
hint-bad-time-zone = Wählen Sie eine aus der Liste, zum Beispiel Europe/Oslo.
site-freshness = Wie frisch die Zahlen sind
site-no-devices = Zu diesem Standort gehört kein Gerät.
site-rooms = Räume
site-no-room = Ohne Raum
site-no-places = Dieser Standort hat noch keine Lagerorte.
site-places =
    { $n ->
        [one] 1 Lagerort
       *[other] { $n } Lagerorte
    }
site-empty =
    { $n ->
        [one] 1 leer
       *[other] { $n } leer
    }
site-all-places = Alle Lagerorte dieses Raums
