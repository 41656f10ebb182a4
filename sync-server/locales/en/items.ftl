# The list of items, and one item.
new-item = New item
search-items = SKU, name or barcode
not-counted-days = Not counted for days
no-items-yet = There are no items yet. Make the first one, or scan it on a handheld.
no-items-found = No item is like that.
change = Change
choose-location = Choose the location
change-of = Change of { $item } at { $place }
at-place = At { $place }
locations-count =
    { $n ->
        [0] nowhere
        [one] 1 location
       *[other] { $n } locations
    }
done-changed = { $item }: { $change }.
tabs-of-item = Parts of this item
tab-inventory = Inventory
tab-history = Stock History
tab-edit = Edit
is-archived = This item is archived: it is no longer in use.
available-now = available
on-hand = On hand
allocated = Allocated
on-order = On order
customers-stock = Customers’ stock
threshold = Threshold
low-stock-threshold = Low Stock Threshold
usual-location = Usual location
usual-supplier = Usual supplier
kind = Kind
last-counted = Last counted
none = none
what-to-do = What to do
act-to-add = Add stock
act-to-remove = Remove stock
act-to-adjust = Adjust Stock
act-to-move = Move
act-to-count = Count
act-short-add = Add
act-short-remove = Remove
act-short-adjust = Adjust
act-short-move = Move
act-short-count = Count
act-quantity-add = Quantity
act-quantity-remove = Quantity
act-quantity-adjust = Change, + or −
act-quantity-move = Quantity
act-quantity-count = Counted quantity
act-example-add = 10 or −5
act-example-remove = 5
act-example-adjust = +3 or −3
act-example-move = 5
act-example-count = 12
change-here = Change
where-it-is = Where it is
nowhere-yet = There is none anywhere. Add stock, or count what is there.
location = Location
from-location = From location
to-location = To location
owner = Owner
ours = our own
batch = Batch
batch-of = batch { $batch }
batch-rule = Empty: found by itself. − for none.
customer = Customer
more-lines =
    { $n ->
        [one] And one more stock line.
       *[other] And { $n } more stock lines.
    }
orders-that-want = Open orders that want it
no-order-wants = No open order wants it.
wanted = Wanted
picked = Picked
backorder = Backorder
due = Due
is-waiting = of a revoked device, waiting
is-refused = of a revoked device, refused
is-provisional = provisional
is-voided = undone
recent-transactions = Recent transactions
no-transactions = Nothing has happened with this item yet.
whole-history = Whole stock history
reason = Reason
more-fields = Note, order, lot, time and more
to-owner = New owner
stays = stays the same
becomes-ours = Becomes our own
all-batches = This is all there is: every other batch there is zero
lot = Production lot
purchase-order = Purchase order
serial = Serial number
expiry = Expiry date
happened-at = Happened at ({ $zone })
where = Where
said = Said with it
state = State
undo-of = Undo: { $what }, { $at }
row-add = Added
row-remove = Removed
row-move = Moved
row-adjust = Adjusted
row-count = Counted
row-reversal = Undone
row-order = Order
row-kind = Kind of transaction
every-kind = All kinds
said-reason = { $text }
said-lot = lot { $text }
said-po = purchase order { $text }
said-serial = serial number { $text }
said-note = “{ $text }”
search-history = Reason, note, order, batch …
more-filters = More filters
everybody = All
user-or-device = User or device
from-day = From day
to-day = To day
no-rows-found = No transaction is like that.
searched-rows =
    { $n ->
        [one] Only one transaction was searched so far.
       *[other] { $n } transactions were searched so far. Older ones may match too.
    }
search-on = Search on
chart-of = Stock of { $item } over time
chart-caption = Our own stock on hand over time.
chart-threshold = The dashed line is the threshold, { $quantity }.
chart-as-table = The chart as a table
why-title = Why
why-of = Why there is so much of { $item }
why-at = Why there is so much of { $item } at { $place }
why-no-site = Why there is so much of { $item } at no site
why-ours = Our own stock on hand:
why-everybody = On hand, whosever it is:
why-owner = On hand of { $owner }:
why-available = From on hand to available
promised-to = Allocated to order
allocated-of-ours = Allocated of our own
why-never = There never was any here.
sum = Sum
quantity = Quantity
why-counted = Counted: the sum starts here
why-never-counted = Never counted: the sum starts at nothing
why-earlier =
    { $n ->
        [one] and one movement before those below
       *[other] and { $n } movements before those below
    }
why-ignored =
    { $n ->
        [one] One transaction changes nothing
       *[other] { $n } transactions change nothing
    }
only-newest-shown =
    { $n ->
        [one] Only the newest is shown.
       *[other] Only the newest { $n } are shown.
    }
why-not = Why it changes nothing
ignored-voided = It was undone.
ignored-repeated = It is the same transaction again.
ignored-revoked-waiting = A revoked device wrote it; it waits to be admitted.
ignored-revoked-refused = A revoked device wrote it, and it was refused.
ignored-before-count = Whoever counted later had already seen what it did.
sku = SKU
name = Name
unit = Unit
unit-is-fixed = The unit is fixed, because the item has transactions. Make a new item for another unit.
barcodes = Barcodes
barcodes-now = Barcodes
remove-barcode = Remove { $barcode } (one scan is { $pack })
add-barcodes = Add barcodes
barcode-rule = Scan or type one a line. CODE=10 where one scan means 10.
archive-item = Archive item
restore-item = Restore item
archive-rule = An archived item is left out of the lists. Its history stays.
merge-item = Merge items
merge-rule = When two items are the same thing: { $item } becomes another name of the second one, with its stock and history.
merge-into = Merge into
make-item = Create item
default-threshold-is = Left empty it is { $quantity }, as set under Settings.
default-threshold-none = Left empty the item is never low.
done-added = { $quantity } of { $item } added at { $location }.
done-removed = { $quantity } of { $item } removed at { $location }.
done-adjusted = { $item } at { $location } adjusted by { $quantity }.
done-moved = { $quantity } of { $item } moved from { $location } to { $to-location }.
done-counted = { $item } at { $location }: { $quantity } counted.
done-item-saved = { $item } is saved.
done-item-made = { $item } is there. Now add its stock.
done-archived = { $item } is archived.
done-restored = { $item } is in use again.
done-merged = { $item } is now another name of { $merge-into }.
archived-too = Archived items too
archived = Archived
items-found =
    { $n ->
        [one] 1 item
       *[other] { $n } items
    }
items-shown =
    { $n ->
        [one] 1 item of more
       *[other] { $n } items of more
    }
unit-default = pcs
