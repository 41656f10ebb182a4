# The dashboard.
nav-all = All pages
begin-here = Begin here
begin-locations = Say where things lie:
begin-items = Say what you keep, by hand or from a file:
begin-devices = Enrol a handheld:
low-stock = Low stock
low-count =
    { $n ->
        [one] 1 low
       *[other] { $n } low
    }
out-count =
    { $n ->
        [one] 1 out
       *[other] { $n } out
    }
nothing-low = Nothing is low.
of-threshold = low at { $threshold }
backorder-count =
    { $n ->
        [one] 1 line waits
       *[other] { $n } lines wait
    }
ready-count =
    { $n ->
        [one] 1 ready to pick
       *[other] { $n } ready to pick
    }
ready-of = { $ready } ready
nothing-waits = No order waits for stock.
backorders-are-off = Backorders are switched off.
exception-count =
    { $n ->
        [one] 1 open
       *[other] { $n } open
    }
no-exceptions = Nothing to look at.
devices-behind-title = Devices that are behind
behind-count =
    { $n ->
        [one] 1 device
       *[other] { $n } devices
    }
no-devices = No device is enrolled yet.
recent-activity = Recent activity
nothing-yet = Nothing has happened yet.
when = When
what = What
who = Who
outside = outside
act-add = Added
act-remove = Removed
act-move = Moved
act-adjust = Adjusted
deed-moved = { $act }: { $quantity } × { $item }, { $from } → { $to }
deed-counted = Counted: { $quantity } × { $item } at { $location }
deed-reversed = Undone: a transaction of { $item }
deed-order = Order { $number } changed
deed-lot = Production lot { $number } changed
deed-purchase-order = Purchase order { $number } changed
deed-stocktake = Stocktake { $number } changed
deed-set = { $class } { $code } changed
deed-scanned = Unknown code { $code } scanned at { $location }
deed-resolved = The code { $code } is { $item }
deed-dismissed = The code { $code } is nothing of ours
deed-answered = An exception was answered
class-item = Item
class-location = Location
class-location-type = Location type
class-site = Site
class-customer = Customer
class-supplier = Supplier
class-setting = Setting
class-user = User
class-device = Device
