# The import wizard.
nav-import = Import
import-lead = Takes in a file of another program or of a spreadsheet. Nothing is written before you have seen what each row would do.
import-what = What the file holds
import-file = File
import-file-hint = CSV in UTF-8 with a line of titles, at most 16 MB and 100,000 rows.
import-paste = Or paste rows
import-rows = Rows, with a line of titles
import-paste-hint = Cells that you copied from a spreadsheet can be pasted as they are.
import-go-on = Look through it
import-recent = Imported lately
import-when = When
import-is-undone = undone
import-pasted = pasted rows
import-kinds = What each kind holds
import-example = Empty file to fill in: { $kind }
import-kind-items = Items
import-kind-locations = Locations
import-kind-customers = Customers
import-kind-bom = Bills of materials
import-kind-purchase-orders = Purchase orders
import-kind-stock = Counted stock
import-kind-movements = Movements
import-kind-means-items = Makes new items and changes known ones. An empty field changes nothing.
import-kind-means-locations = Makes new locations and changes known ones, with sites that are new.
import-kind-means-customers = Makes new customers and renames known ones.
import-kind-means-bom = Sets what is needed for one unit. The quantity 0 takes a line away.
import-kind-means-purchase-orders = Places purchase orders. Rows with one number are one purchase order.
import-kind-means-stock = Counts what is there now. What a file does not name stays as it is.
import-kind-means-movements = Adds, removes and moves stock, with times of long ago too.
import-of = Import: { $kind }
import-reading = How the file is read
import-separator = Between fields
import-separator-comma = Comma
import-separator-semicolon = Semicolon
import-separator-tab = Tab
import-decimal = Decimals
import-decimal-point = Point: 2.5
import-decimal-comma = Comma: 2,5
import-needed = needed
import-not-in-file = not in the file
import-nth = Column { $n }
import-look-again = Look through it again
import-unused = Not read: { $titles }
import-zone = Times without a zone are taken as { $zone }.
import-choose-columns = Choose which column of the file is: { $columns }
import-rows-in-all =
    { $n ->
        [one] One row
       *[other] { $n } rows
    }
import-rows-new = { $n } new
import-rows-changed = { $n } changed
import-rows-removed = { $n } taken away
import-rows-counted = { $n } counted
import-rows-moved = { $n } moved
import-rows-ordered = { $n } ordered
import-rows-already = { $n } there already
import-rows-bad = { $n } bad
import-rows-left-out = { $n } bad, left out
import-outcome-new = new
import-outcome-changed = changed
import-outcome-removed = taken away
import-outcome-counted = counted
import-outcome-moved = moved
import-outcome-ordered = ordered
import-outcome-already = there already, nothing changes
import-write =
    { $n ->
        [one] Import one row
       *[other] Import { $n } rows
    }
import-write-good =
    { $n ->
        [one] Import the good row, leave out the bad ones
       *[other] Import the { $n } good rows, leave out the bad ones
    }
import-other-file = Choose the mended file
import-nothing-new = Nothing would be written: all of it is there already, or this very file was taken in before. Its rows count once.
import-bad-rows = What is wrong
import-line = Line
import-wrong = Reason
import-more-bad =
    { $n ->
        [one] One more row is bad.
       *[other] { $n } more rows are bad.
    }
import-first =
    { $n ->
        [one] The first good row
       *[other] The first { $n } good rows
    }
import-happens = What it does
import-value = { $field }: { $value }
import-change = { $field }: { $from } → { $to }
import-nothing = nothing
import-site-made = Site { $site } is made
import-order-placed = Purchase order { $number } is placed
import-undo-items = For a day this can be undone here, as long as the server is not restarted: new items are archived, changed ones get their values back. What somebody changed or used since stays.
import-undo-locations = For a day this can be undone here, as long as the server is not restarted: new locations and sites are archived, changed ones get their values back. What somebody changed or used since stays.
import-undo-customers = For a day this can be undone here, as long as the server is not restarted: new customers are archived, changed ones get their names back. What somebody changed or used since stays.
import-undo-bom = For a day this can be undone here, as long as the server is not restarted: every line is again as it was. What somebody changed since stays.
import-undo-purchase-orders = Purchase orders that are placed cannot be undone here. Close them on their pages.
import-undo-stock = For a day this can be undone here, as long as the server is not restarted: every count is voided. Afterwards each count is undone in the stock history of its item.
import-undo-movements = For a day this can be undone here, as long as the server is not restarted: every movement is voided. Afterwards each movement is undone in the stock history of its item.
import-done = Imported on { $at }
import-was-done = Imported on { $at }, then undone
import-first-entry = The first entry
import-undo-all = Undo the import
import-taken-back =
    { $n ->
        [0] Nothing was left to undo.
        [one] Undone: one thing.
       *[other] Undone: { $n } things.
    }
import-before-count =
    { $n ->
        [one] One of them lies before a later count, so its total stays as it was counted.
       *[other] { $n } of them lie before later counts, so those totals stay as they were counted.
    }
import-left =
    { $n ->
        [one] One thing stays
       *[other] { $n } things stay
    }
import-left-what = What
import-left-why = Why
import-left-changed = somebody changed it since
import-left-in-use = it is in use by now
import-left-undone = it was undone or archived before
import-another = Import another file
import-column-sku = SKU
import-column-name = Name
import-column-kind = Kind
import-column-unit = Unit
import-column-threshold = Low-stock threshold
import-column-barcodes = Barcodes
import-column-location = Location
import-column-number = Number
import-column-type = Location type
import-column-site = Site
import-column-room = Room
import-column-row = Row
import-column-column = Column
import-column-code = Code
import-column-parent = What is made
import-column-child = Part
import-column-quantity = Quantity
import-column-refs = References
import-column-attrition = Attrition in percent
import-column-supplier = Supplier
import-column-item = Item
import-column-date = Day
import-column-owner = Owner
import-column-batch = Batch
import-column-time = Time
import-column-from = From
import-column-to = To
import-column-reason = Reason
import-column-order = Order
import-column-note = Note
import-restored = taken into use again
