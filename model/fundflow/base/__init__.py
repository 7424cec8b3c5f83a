"""The ground floor: money, calendar, districts, draws. Nothing here knows a firm, a law or a file format."""
