# Reports: what was done, what lies here, what counts found, what does not move, who did how much.
nav-reports = Reports
report-period = From { $from } to { $to }, days of { $zone }. What was undone counts nowhere.
report-time = Time
report-last-days =
    { $n ->
        [one] Today
       *[other] Last { $n } days
    }
report-other-days = Other days
report-takes-days = It takes a number of days from 1 to 1100.
report-takes-range = It takes a day before the last one, at most 1100 days earlier.
report-unit = Quantities in
report-day = Day
report-days = Days
report-month = Month
report-movements = What was done
report-movements-caption = Transactions by day, each once, by what they did. A move counts once, wherever it went.
report-transactions = Transactions
report-transaction-count =
    { $n ->
        [one] 1 transaction
       *[other] { $n } transactions
    }
report-added-in = Added, { $unit }
report-removed-in = Removed, { $unit }
report-moved-in = Moved, { $unit }
report-corrected-in = Corrected by counts, { $unit }
report-change-in = Change, { $unit }
report-change = Change
report-nothing-done = Nothing was done in this time.
report-stock = What lies here
report-stock-caption = On hand at the end of each day, by count, in { $unit }. There are no prices here: a screw counts as much as a motor.
report-stock-now = { $quantity } { $unit } on hand
report-no-stock = There is no stock like that.
report-before = At the beginning
report-after = At the end
report-lines = Stock lines
report-shrinkage = What counts found
report-shrinkage-caption = What counts found missing and over, by month, in { $unit }.
report-shrinkage-means = A count differs by what was seen less what the books said just before it, by all that is known now. The first count of a stock line books in what lay there: it is no finding and stands by itself.
report-differing-of = { $differing } of { $counts } counts differed
report-counts = Counts
report-first-counts = First counts
report-missing = Missing
report-over = Over
report-difference = Difference
report-missing-in = Missing, { $unit }
report-over-in = Over, { $unit }
report-difference-in = Difference, { $unit }
report-nothing-counted = Nothing was counted in this time.
report-no-differences = No count differed.
report-by = Where
report-by-item = By item
report-by-location = By location
report-by-month = Month by month
report-by-item-title = Items where most is missing
report-by-location-title = Locations where most is missing
report-shown = { $shown } of { $found } are shown; the file has all.
report-slow = What does not move
report-slow-caption = Items with stock, by how long nothing of them was added, removed or moved. Counts move nothing.
report-slow-rows = Not moved for { $n } days or longer
report-slow-count =
    { $n ->
        [one] 1 item has not moved
       *[other] { $n } items have not moved
    }
report-idle = Not moved for
report-idle-for =
    { $n ->
        [one] for 1 day
       *[other] for { $n } days
    }
report-not-moved = Not moved for
report-nothing-slow = Everything that lies here has moved since.
report-last-moved = Last moved
report-days-ago =
    { $n ->
        [0] today
        [one] 1 day ago
       *[other] { $n } days ago
    }
idle-days-30 = 0–29 days
idle-days-90 = 30–89
idle-days-180 = 90–179
idle-days-365 = 180–364
idle-longer = longer
idle-never = never
report-people = Who did how much
report-people-caption = Transactions by person, each once, by what they did. A device where nobody was logged in stands for itself.
report-people-count =
    { $n ->
        [one] 1 person at 1 device
       *[other] { $n } people and devices
    }
report-others = others
report-device = Device
report-last = Last
report-other-units = What differs or lies here is not kept in { $unit }. Choose another unit above.
