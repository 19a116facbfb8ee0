"""Browsing the library: cases, changes and searches, each made HTML here and shown by a page of `ui.pages`.

    requests.py   what the browser asks for -> checked values
    desk.py       the assistant that serves now, and what the page is told while there is none
    places.py     a stated region -> its levels
    facets.py     what cases can be filtered by
    catalogue.py  the cases of one index, prepared for filtering; computed once
    choosing.py   filters -> cases and counts
    listing.py    cases -> the list
    reading.py    one case -> its whole text
    rows.py       the before/after table
    found.py      search results with their scores

Whatever comes from a document or a person is escaped where it becomes HTML.
"""
