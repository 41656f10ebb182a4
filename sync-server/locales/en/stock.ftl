# Stock: items by site.
stock-search = SKU, name or barcode
stock-owner = Owner
stock-kind = Kind
stock-none-yet = There is no stock yet. Open an item and add some, or scan it on a handheld.
stock-none-found = There is no stock like that.
stock-by-site = Stock by site
stock-caption = On hand by site. Each number leads to why it is what it is.
stock-no-site = Without a site
stock-unknown-moment = as of an unknown time
stock-devices-behind =
    { $n ->
        [one] 1 device behind
       *[other] { $n } devices behind
    }
stock-total = Total
stock-sum-of =
    { $n ->
        [one] Sum of the 1 item shown
       *[other] Sum of the { $n } items shown
    }
stock-sum-in = in { $unit }
