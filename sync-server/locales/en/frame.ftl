# What stands around every page, and words that many pages share.
skip-to-content = Skip to the content
log-out = Log out
nav-pages = Pages
nav-main = Main pages
nav-menu = Menu
nav-group-stock = Stock
nav-group-orders = Orders
nav-group-administration = Administration
nav-group-settings = Settings
nav-dashboard = Dashboard
nav-stock = Stock
nav-items = Items
nav-exceptions = Exceptions
nav-orders = Orders
nav-backorders = Backorders
nav-customers = Customers
nav-locations = Locations
nav-devices = Devices
nav-users = Users
nav-settings-inventory = Inventory
role-viewer = Viewer
role-operator = Operator
role-manager = Manager
role-administrator = Administrator
undo = Undo
never = never
as-of = As of { $at } ({ $zone }).
as-of-unknown = Nobody knows yet of when these numbers are.
nobody-behind = Every device has synced lately.
devices-behind =
    { $n ->
        [one] News of one device may be missing.
       *[other] News of { $n } devices may be missing.
    }
error-title = Error { $status }
to-the-start = To the start
done-undone = Undone.
search = Search
show = Show
show-all = Show all
more = More
level = Level
all-levels = All
level-ok = OK
level-low = Low
level-out = Out
level-attention = Low or out
kind-part = Part
kind-pcba = PCBA
kind-assembly = Assembly
item = Item
available = Available
apply = Apply
changed-meanwhile-to = Meanwhile somebody set this to: { $value }
done-repeated = This was saved before; nothing was written again.
filter-unread = { $field } cannot be read, and filters nothing. { $takes }
filter-takes-code = It takes a code as it stands on a label, of 120 letters at most.
filter-takes-days = It takes a number of days, such as 30.
filter-takes-day = It takes a day, such as 2027-03-31.
filter-takes-choice = It takes one of those that are offered.

# Warnings of the ledger, which English says in its own words.
warned-before-count = It was counted after that time: the total already includes it, only the count’s variance changes.
warned-undo-before-count = It was counted after that: undoing it does not change the total.
warned-only-noted = The order is noted only. To book on it, pick for the order or return to it.
warned-below-nothing = There is less than nothing there now: count what is there, or add what is missing.
warned-backorder = Not all of it is available now: the rest is on backorder.
warned-unpromised = Not all of it was promised to this order: another one may miss it.
warned-open-lines = What was not picked is wanted no longer.
warned-there = Some of these locations were there already, and stay as they are.
warned-position-lost = The new type has no such row or column: the old position is taken away.
files-as = This list as a file:
files-lines-as = Its stock lines as a file:
files-csv = CSV
files-jsonl = JSON lines
