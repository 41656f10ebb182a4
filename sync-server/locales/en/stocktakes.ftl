# Stocktakes: the list, a new one, and the report of one.
nav-stocktakes = Stocktakes
stocktake = Stocktake
new-stocktake = New stocktake
open-stocktake = Open the stocktake
which-stocktakes = Which
stocktakes-show-open = Open
stocktakes-show-all = All, closed ones too
no-stocktakes-yet = There are no stocktakes yet. Open the first one, and say what is to be counted.
no-stocktakes-found = No stocktake is open.
stocktakes-due = Due
stocktakes-counted = Counted
stocktakes-differing = Differing
stocktakes-approved = Approved
stocktakes-state = State
stocktakes-progress = { $counted } of { $total } counted
stocktakes-differ =
    { $n ->
        [0] none differs
        [one] 1 differs
       *[other] { $n } differ
    }
stocktakes-are-approved =
    { $n ->
        [0] none approved
       *[other] { $n } approved
    }
stocktakes-new-help = Say what is to be counted. Without locations and items everything is.
stocktakes-locations = Locations
stocktakes-items = Items
stocktakes-one-a-line = One on each line.
stocktakes-days = Not counted for so many days
stocktakes-days-hint = Leave it empty to count all of it.
stocktakes-title = Title
stocktakes-number = Number
stocktakes-number-hint = Leave it empty, and one is made.
stocktakes-blind = Blind
stocktakes-blind-means = Whoever counts is not told how much there should be.
stocktakes-is-blind = This stocktake is blind: whoever counts is told what was expected when the line is counted. Managers see all of it.
stocktakes-what = To be counted
stocktakes-everything = Everything
stocktakes-more-locations =
    { $n ->
        [one] and 1 more location
       *[other] and { $n } more locations
    }
stocktakes-more-items =
    { $n ->
        [one] and 1 more item
       *[other] and { $n } more items
    }
stocktakes-not-counted-for = what was not counted for { $days } days
stocktakes-opened = Opened
stocktakes-closed = Closed
stocktakes-behind =
    { $n ->
        [one] 1 device has not synced for a while: counts of it may be missing.
       *[other] { $n } devices have not synced for a while: counts of theirs may be missing.
    }
stocktakes-which-lines = Which lines
stocktakes-lines-all = All lines
stocktakes-lines-open = To be counted
stocktakes-lines-waiting = To be approved
stocktakes-lines-differing = Differing
stocktakes-no-lines = Nothing lies there that is to be counted.
stocktakes-none-such = No line is like that.
stocktakes-line = Location and item
stocktakes-expected = Expected
stocktakes-variance = Variance
stocktakes-acts = What to do
stocktakes-counter = { $device } counts
stocktakes-hidden = not told before the count
stocktake-line-open = To be counted
stocktake-line-again = Count again
stocktake-line-counted = Counted
stocktake-line-approved = Approved
stocktakes-disagree = Counts disagree
stocktakes-disagree-means = Two devices counted, and what was moved in between does not explain the difference.
stocktakes-count = Count
stocktakes-count-of = How much of { $item } is at { $location }
stocktakes-count-was = { $expected } expected, { $variance }
stocktakes-counts-of = Counts of { $item } at { $location }
stocktakes-tick = Approve { $item } at { $location } with others
stocktakes-approve = Approve
stocktakes-approve-of = Approve the count of { $item } at { $location }
stocktakes-again = Count again
stocktakes-again-of = Count again: { $item } at { $location }
stocktakes-shown = { $shown } of { $found } lines
stocktakes-note = Note
stocktakes-approve-ticked = Approve what is ticked
stocktakes-approve-all =
    { $n ->
        [one] Approve the one that waits
       *[other] Approve all { $n } that wait
    }
stocktakes-expected-means = Expected is what there was just before the count, by all that is known now. A movement that happened before a count and comes in later changes the difference, never the count.
stocktakes-assign = Who counts
stocktakes-assign-means = Without location and item it is the whole stocktake. With both it is everything at the location, and the item wherever it lies.
stocktakes-any-device = Any device
stocktakes-location = Location
stocktakes-assign-it = Assign
stocktakes-rest = The rest is not there
stocktakes-rest-means =
    { $n ->
        [one] One line was not counted by anybody. It is counted as none.
       *[other] { $n } lines were not counted by anybody. They are counted as none.
    }
stocktakes-rest-at = Only at this location
stocktakes-rest-sure = Somebody looked: none of it is there.
stocktakes-rest-do = Count the rest as none
stocktakes-close = Close the stocktake
stocktakes-close-means = All counts stay what they are. What was not counted stays as it is.
done-stocktake-opened = Stocktake { $stocktake } is open.
done-stocktake-counted = { $quantity } of { $item } counted at { $location }.
done-stocktake-assigned = { $device } is to count that.
done-stocktake-anybody = Any device may count that.
done-stocktake-again = { $item } at { $location } is to be counted again.
done-stocktake-approved-all = All that waited is approved.
done-stocktake-approved = Approved lines: { $count }.
done-stocktake-rest = What nobody counted is counted as none.
done-stocktake-closed = Stocktake { $stocktake } is closed.
warned-rest-open = Lines that are not counted, or are to be counted again, stay as they are.
warned-not-approved = Counted lines that were not approved count all the same.
refused-unknown-stocktake = There is no such stocktake.
hint-unknown-stocktake = Look for it among all stocktakes.
refused-ambiguous-stocktake = Several stocktakes have this number.
hint-ambiguous-stocktake = Open the one you mean from the list.
refused-stocktake-ended = This stocktake is closed, which is final.
hint-stocktake-ended = Open a new one for what is to be counted.
refused-unknown-stocktake-line = The stocktake has no such line.
hint-unknown-stocktake-line = Look at its lines.
refused-counted-meanwhile = Somebody counted in the meantime.
hint-counted-meanwhile = Look at the lines again, then approve them.
refused-nothing-to-approve = Nothing waits to be approved.
hint-nothing-to-approve = Look at the lines: somebody may have approved them already.
refused-too-many = So many items and locations cannot be named one by one.
hint-too-many = Name fewer, or open it for everything.
refused-nothing-to-count = All lines are counted.
refused-nothing-ticked = No line is ticked.
hint-nothing-ticked = Tick the lines that are to be approved.
refused-not-sure = Nobody said that they looked.
hint-not-sure = Tick that somebody looked, then count the rest as none.
