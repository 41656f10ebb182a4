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
