# Locations, their types and racks, and sites.
sites = Sites
site-add = Add site
site-code = Code
site-none = There are no sites yet. With sites, stock is shown for each of them.
site-time-zone = Time zone
site-no-zone = none
site-zone-help = Times at this site are shown in its time zone. Without one they are shown in that of the first site that has one, else in UTC.
site-what = What to do
place = Location
place-search = Number, name or room
place-type = Type
place-room = Room
place-row = Row
place-column = Column
place-number = Number
place-name = Name
place-name-as-number = Like the number
place-position = Type, column, row
place-show = Which
place-show-used = In use
place-show-blocked = Blocked
place-show-all = Archived too
place-blocked = blocked
place-archived = archived
place-none-yet = There are no locations yet. Make a whole rack in one go, or one location after the other.
place-none-found = No location is like that.
place-before = Before it: { $place }
place-behind = Behind it: { $place }
place-edit = Edit
place-edit-of = Edit { $place }
place-blocked-means = This location is blocked: what lies here is not promised to orders.
place-archived-means = This location is no longer in use.
place-counted-longest = Last counted
place-counted = Last counted
place-contents = Contents
place-empty = Nothing lies here.
place-on-hand = On hand
place-owned-by = Owned by { $owner }
place-ours = Ours
place-batch = Batch { $batch }
place-count = Count
place-recent = Last transactions
place-when = When
place-change = Change
place-who = Who
place-seen = counted:
place-use = Use
place-block = Block this location
place-unblock = Unblock this location
place-archive = Archive
place-restore = Take into use again
place-no-type = None
place-form-help = Row and column belong to the grid of the type; leave them out where there is none. A site that is new is made.
place-another = Then add another one
location-add = Add location
rack-add = Add a whole rack
rack-instead = Add a whole rack instead
rack-no-type = A rack needs a location type with rows and columns. Make one first.
rack-prefix = Prefix
rack-help = Numbers are made of the prefix, the column and the row: R1-A-01. Locations that are there already stay as they are.
rack-preview = Preview
rack-create = Create
rack-will-make =
    { $n ->
        [one] 1 location will be made.
       *[other] { $n } locations will be made.
    }
rack-there =
    { $n ->
        [one] 1 is there already and stays as it is.
       *[other] { $n } are there already and stay as they are.
    }
rack-which = Rack
rack-no-prefix = without a prefix
rack-loose = Without a place in the grid
rack-more-rows = More rows
type-add = Add type
type-racks = Racks by type
type-name = Name
type-rows = Rows
type-columns = Columns
type-columns-example = A-T or 1-20
type-help = A type with rows and columns has a grid: racks of it are drawn, and coloured by what lies in them. Leave both out for places such as a floor.
type-draw = Preview
type-drawing = Grid
type-drawing-cut = Only the first rows and columns are drawn.
type-places =
    { $n ->
        [one] 1 location in a whole rack
       *[other] { $n } locations in a whole rack
    }
type-no-places = There are no locations of this type yet.
type-rename = Rename this type
heat-by = Colour by
heat-by-items = Number of items
heat-by-stock = Share of stock
heat-by-counted = Days since the last count
heat-sum-in = Sums are in { $unit }.
heat-others =
    { $n ->
        [one] 1 item that is kept in another unit is left out.
       *[other] { $n } items that are kept in other units are left out.
    }
heat-empty = nothing there
heat-items =
    { $n ->
        [one] 1 item
       *[other] { $n } items
    }
heat-days =
    { $n ->
        [0] counted today
        [one] counted 1 day ago
       *[other] counted { $n } days ago
    }
heat-never = never
heat-within =
    { $n ->
        [one] counted within a day
       *[other] counted within { $n } days
    }
heat-longer = counted longer ago or never
heat-up-to = up to { $amount }
heat-legend = What the colours mean
done-place-saved = { $what } is saved.
done-site-made = Site { $site } is made.
done-location-made = Location { $place } is made.
done-type-made = Type { $name } is made. Now make a rack of it.
done-rack-made = Rack { $prefix } is made.
done-blocked = { $what } is blocked.
done-unblocked = { $what } is no longer blocked.
done-archived-place = { $what } is archived.
done-restored-place = { $what } is in use again.
refused-bad-grid = This is not a grid: rows are a number from 1 to 999, columns a range such as A-T or 1-20.
refused-bad-row = A row is a number.
refused-rack-too-large = These would be more than 5,000 locations at once.
hint-rack-too-large = Make several racks, each with a prefix of its own.
refused-bad-time-zone = There is no such time zone.
hint-bad-time-zone = Choose one from the list, for example Europe/Oslo.
site-freshness = How fresh the numbers are
site-no-devices = No device belongs to this site.
site-rooms = Rooms
site-no-room = Without a room
site-no-places = This site has no locations yet.
site-places =
    { $n ->
        [one] 1 location
       *[other] { $n } locations
    }
site-empty =
    { $n ->
        [one] 1 empty
       *[other] { $n } empty
    }
site-all-places = All locations of this room
