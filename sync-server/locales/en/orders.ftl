# Orders: the list, a new one, one order, its pick list.
new-order = New order
edit-order = Edit order
open-order = Open the order
search-orders = Number, title, customer or site
which-orders = Which
orders-show-open = Open
orders-show-backorder = On backorder
orders-show-ready = Ready to pick
orders-show-all = All, ended ones too
no-orders-yet = There are no orders yet. Open the first one, then add what it wants.
no-orders-found = No order is like that.
orders-order = Order
orders-customer = Customer
orders-site = Site
orders-any-site = Any site
orders-due = Due
orders-due-on = due { $day }
orders-state = State
orders-title = Title
orders-stage = Stage
orders-opened = Opened
orders-type = Type
order-number-field = Number
order-number-hint = Leave it empty, and one is made.
title-hint = What it is about.
customer-hint = The code of a customer, if it is for one.
site-hint = The site whose stock serves the order.
stage-hint = How far the work is, in your words.
order-type-repair = Repair
order-type-sales = Sales
order-state-open = Open
order-state-closed = Closed
order-state-cancelled = Cancelled
policy-means-issue = Parts leave the stock at once as far as they are there; the rest is on backorder, and becomes ready when stock comes.
policy-means-reserve = Stock is reserved at once and leaves when it is picked; new stock is reserved by itself.
mark-backorder = Backorder
mark-ready = Ready
mark-provisional = Provisional
provisional-means = The central server does not know all of this yet.
order-lines-count =
    { $n ->
        [0] no lines
        [one] 1 line
       *[other] { $n } lines
    }
exception-here = Exception:
orders-add-item = Add an item: scan or type
orders-which-item = Which item do you mean?
orders-quantity = Quantity
orders-add = Add
orders-available-unit = { $quantity } { $unit } available
no-lines-yet = This order wants nothing yet. Add an item.
orders-wanted = Wanted
orders-picked = Picked
orders-ready = Ready
orders-backorder = Backorder
orders-line-acts = What to do
orders-fill = Fill
orders-fill-all = Fill all that is ready
fill-means = Takes what is ready out of the stock, from its places.
fill-of = Fill { $item } of order { $order }
change-line = Change the line of { $item }
served-first = served first
waits-since = waits since { $at }
free-elsewhere = { $quantity } at other sites
free-elsewhere-move = { $quantity } are free at other sites: move them here.
free-at-site = { $quantity } are available at { $site }.
free-here = { $quantity } are available.
short-otherwise = Order less, add stock first, or let an administrator allow backorders:
orders-why = Why?
done-with-line = Back to the lines
set-line = Set
set-line-hint = A number is what is wanted in all; +2 or −2 changes it. 0 takes the line off.
pick-from = Pick from
orders-pick = Pick
orders-batch = Batch
orders-batch-named = batch { $batch }
orders-owned-by = of { $owner }
lies-nowhere = There is none at any location.
return-quantity = Came back
orders-return = Return
return-hint = Goes back to where it was picked, the newest first.
serve-first = Serve this line first
serve-in-turn = Serve in turn again
remove-line = Remove the line
comes-back = { $quantity } picked go back to their places.
order-history = Picks and returns
orders-when = When
orders-location = Location
orders-who = Who
orders-reason = Reason
close-order = Close the order
close-means = Everything is picked.
close-leaves =
    { $n ->
        [one] One line is not picked; it is wanted no longer.
       *[other] { $n } lines are not picked; they are wanted no longer.
    }
cancel-order = Cancel the order
cancel-back = These go back to their places:
cancel-nothing-back = Nothing was picked, so nothing goes back.
done-order-opened = Order { $order } is open. Add what it wants.
done-order-saved = Order { $order } is saved.
done-line-added = { $item }: { $change } on the order.
done-line-waits = { $item } is on the order; not all of it is available, the rest is on backorder.
done-line-set = { $item }: { $wanted } wanted.
done-line-removed = { $item } is off the order; what was picked went back to its places.
done-picked = { $quantity } of { $item } picked from { $location }.
done-picked-unpromised = { $quantity } of { $item } picked from { $location }. Not all of it was promised to this order: another one may miss it.
done-filled = All that was ready for { $order } is picked.
done-filled-item = What was ready of { $item } for { $order } is picked.
done-returned = { $quantity } of { $item } came back.
done-expedited = { $item } is served first.
done-not-expedited = { $item } is served in turn.
done-cancelled = Order { $order } is cancelled; what was picked went back to its places.
done-closed = Order { $order } is closed.
done-closed-open = Order { $order } is closed. What was not picked is wanted no longer.
pick-list = Pick list
picks-count =
    { $n ->
        [0] nothing to pick
        [one] 1 place to go
       *[other] { $n } places to go
    }
nothing-to-pick = Nothing is ready to be picked.
back-to-order = To the order
pick-quantity-of = Quantity of { $item } from { $location }
picked-it = Picked
too-few = Too few there?
too-few-means = Set the quantity to what is there and pick that. Then count the place, so that the stock is right and the rest waits as a backorder.
orders-count-place = Count { $location }
lines-wait =
    { $n ->
        [one] One line waits for stock.
       *[other] { $n } lines wait for stock.
    }
# Backorders.
of-item = Of an item
orders-sku-or-barcode = SKU or barcode
backorders-all = Waiting and ready
backorders-ready = Ready to fill
no-such-item-here = There is no such item.
nothing-on-backorder = Nothing is on backorder.
nothing-waits-like-that = No backorder is like that.
waiting-since = Waiting since
days-waiting =
    { $n ->
        [0] since today
        [one] for 1 day
       *[other] for { $n } days
    }
# Customers.
new-customer = New customer
add-customer = Add the customer
partner-code = Code
partner-code-hint = A short code; it stays when the name changes.
partner-name = Name
search-customers = Code or name
customers-archived-too = Archived ones too
customer-is-archived = archived
no-customers-yet = There are no customers yet. Add one to keep their stock apart from ours and to open orders for them.
no-customers-found = No customer is like that.
their-stock = Stock here
open-orders = Open orders
customer-items-count =
    { $n ->
        [0] none
        [one] 1 item
       *[other] { $n } items
    }
orders-count =
    { $n ->
        [0] none
        [one] 1 order
       *[other] { $n } orders
    }
customer-stock = Their stock
no-customer-stock = Nothing here is theirs.
on-hand-theirs = On hand
customer-more-lines =
    { $n ->
        [one] And one stock line more.
       *[other] And { $n } stock lines more.
    }
customer-change-owner = Change of owner
customer-change-owner-to = Where it lies, so much of an item
customer-to-own = becomes our own
to-customer = becomes { $customer }’s
customer-orders = Their orders
no-customer-orders = There is no order for them.
edit-customer = Rename or archive
archive-customer = Archive
archive-customer-means = Out of the lists; stock and orders stay.
restore-customer = Take into use again
done-customer-added = Customer { $customer } is there.
done-customer-renamed = The name is { $name } now.
done-customer-archived = { $customer } is archived.
done-customer-restored = { $customer } is in use again.
done-owner-own = { $quantity } of { $item } of { $customer } are ours now.
done-owner-customer = { $quantity } of { $item } are { $customer }’s now.
