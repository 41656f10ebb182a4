# Logging in, and choosing a password.
log-in = Log in
user-name = User name
password = Password
password-forgotten = Forgotten the password? An administrator can make a new link for you.
nobody-yet = Nobody is set up yet. Open the one-time link that the server printed at its start.
welcome = Welcome to Stockledger
first-administrator = You are the first here: choose a name and a password. You become the administrator and can add everybody else.
choose-password = Choose a password
password-for = For { $user }.
new-password = New password
password-again = The same again
password-rule =
    { $n ->
        [one] At least one character.
       *[other] At least { $n } characters. Some words that only you put together are good.
    }
save-and-log-in = Save and log in
