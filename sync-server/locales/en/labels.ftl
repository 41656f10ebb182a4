# Labels to print.
nav-labels = Labels
labels-for = Labels for
labels-of-locations = Locations
labels-of-items = Items
labels-of-commands = Command cards
labels-of-users = Badges of users
labels-of-orders = Orders
labels-of-lots = Production lots
labels-of-pos = Purchase orders
labels-of-stocktakes = Stocktakes
labels-of-customers = Customers
labels-of-reasons = Reasons
labels-of-calibration = Calibration card for scanners
labels-select = Which
labels-select-example = all in use, or A-01, A-*
labels-format = Format
labels-format-pdf = PDF, for any printer
labels-format-svg = SVG, one page as a picture
labels-format-zpl = ZPL, for label printers
labels-paper = Paper and codes
labels-sheet = Sheet
labels-suits = what suits
labels-symbology = Symbology
symbology-code128 = Code 128
symbology-qr = QR code
symbology-datamatrix = Data Matrix
symbology-gs1-128 = GS1-128
symbology-gs1-datamatrix = GS1 DataMatrix
labels-start = First free label
labels-dpi = Dots per inch of a label printer
labels-barcodes = Items with their own barcode
labels-on-sheet =
    { $n ->
        [one] 1 label
       *[other] { $n } labels
    }
labels-will-print =
    { $n ->
        [one] 1 label
       *[other] { $n } labels
    }
labels-sheets =
    { $n ->
        [one] on 1 sheet
       *[other] on { $n } sheets
    }
labels-file = { $format } file
labels-print-on = Print on { $printer }
labels-picture = The first sheet as it will be printed
labels-left-out = No label for { $number }: several have this number.
labels-no-printer = Label printers of the house print from here once an administrator names them:
labels-of-this = Labels to print
log-of-this = Its entries in the audit log
done-printed = Sent to { $printer }, labels: { $n }.
setting-printers = Label printers
setting-printers-help = Printers in the network that understand ZPL, one in a line: a name, =, the address. Behind a slash the dots per inch if they are 300, and the size of its labels in millimetres.
setting-printers-example = Dock=192.168.7.30/300dpi/57x32
