# Why something could not be done, by the code of the refusal. In English these stand for problems
# of the pages themselves; those from the ledger say more in their own words.
refused-other = This could not be done.
refused-missing-field = A field that is needed is empty.
refused-bad-quantity = This is not a quantity.
hint-bad-quantity = Write digits, with a sign if you like: 10, +10, -5, 2.5.
refused-ambiguous-number = This number can be read in two ways.
hint-ambiguous-number = Write it without marks between thousands.
refused-wrong-password = User name and password do not belong together.
refused-too-many-tries = Too many tries from here. Wait a little, then try again.
refused-short-password = This password is too short.
refused-passwords-differ = The two passwords differ.
refused-bad-user-name = This cannot be a user name.
refused-link-used = This link was used already, or it has expired.
hint-link-used = Ask an administrator for a new one.
refused-forbidden = Your role does not allow this.
hint-forbidden = Ask somebody with a higher role.
refused-unknown-entry = There is no such entry.
refused-unknown-language = There is no such language.
refused-not-found = There is nothing at this address.
refused-several-locations = The item lies at several locations, and none is its usual one.
hint-several-locations = Open the item, and choose the location there.
refused-changed-meanwhile = Somebody else changed this in the meantime.
hint-changed-meanwhile = Both values are shown below. Save again to put yours in its place.
refused-nothing-changed = Nothing was changed.
