"""What happens, passed on as it happens.

1. A `Tail` asks one source for what is new, a few times in a second, as long as somebody follows it: once for all
   who do.
2. Who follows has a `Mailbox`. What came before they joined is read for them alone, from where they were; both meet at
   the tail's position, so that nothing is lost and nothing is told twice.
3. `streams` writes a mailbox out as server-sent events (WHATWG HTML, "Server-sent events"). Each carries where it
   stands, which a browser names when it comes back.
"""
