# Die Übersicht.
nav-all = Alle Seiten
begin-here = Hier beginnen
begin-locations = Sagen Sie, wo die Dinge liegen:
begin-items = Sagen Sie, was Sie führen, von Hand oder aus einer Datei:
begin-devices = Registrieren Sie ein Handgerät:
low-stock = Knapper Bestand
low-count =
    { $n ->
        [one] 1 knapp
       *[other] { $n } knapp
    }
out-count =
    { $n ->
        [one] 1 leer
       *[other] { $n } leer
    }
nothing-low = Nichts ist knapp.
of-threshold = knapp ab { $threshold }
backorder-count =
    { $n ->
        [one] 1 Zeile wartet
       *[other] { $n } Zeilen warten
    }
ready-count =
    { $n ->
        [one] 1 bereit zum Entnehmen
       *[other] { $n } bereit zum Entnehmen
    }
ready-of = { $ready } bereit
nothing-waits = Kein Auftrag wartet auf Bestand.
backorders-are-off = Rückstände sind ausgeschaltet.
exception-count =
    { $n ->
        [one] 1 offen
       *[other] { $n } offen
    }
no-exceptions = Es ist nichts zu klären.
devices-behind-title = Geräte, die zurückliegen
behind-count =
    { $n ->
        [one] 1 Gerät
       *[other] { $n } Geräte
    }
no-devices = Noch ist kein Gerät registriert.
recent-activity = Zuletzt geschehen
nothing-yet = Noch ist nichts geschehen.
when = Wann
what = Was
who = Wer
outside = außerhalb
act-add = Zugang
act-remove = Abgang
act-move = Umlagerung
act-adjust = Berichtigung
deed-moved = { $act }: { $quantity } × { $item }, { $from } → { $to }
deed-counted = Gezählt: { $quantity } × { $item } an { $location }
deed-reversed = Rückgängig: eine Buchung von { $item }
deed-order = Auftrag { $number } geändert
deed-lot = Fertigungslos { $number } geändert
deed-purchase-order = Bestellung { $number } geändert
deed-stocktake = Inventur { $number } geändert
deed-set = { $class } { $code } geändert
deed-scanned = Unbekannter Code { $code } an { $location } gescannt
deed-resolved = Der Code { $code } ist { $item }
deed-dismissed = Der Code { $code } ist nichts von uns
deed-answered = Eine Ausnahme wurde beantwortet
class-item = Artikel
class-location = Lagerort
class-location-type = Lagerortart
class-site = Standort
class-customer = Kunde
class-supplier = Lieferant
class-setting = Einstellung
class-user = Benutzer
class-device = Gerät
