"""Who answers what: each module hands out its handlers, `application.py` puts them in order."""
