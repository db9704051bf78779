"""The command line: the parser of its flags, and the commands; each is imported only when it is called."""
