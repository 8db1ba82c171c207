"""The referee of the golf competition; compare_runs.py is its command.

    data_sets.py    what an entry is run on, drawn anew from each seed
    scripts.py      an entry's size and class; records.py has the records
    runs.py         a run of one entry on one data set, by sandbox.py, the process that watches it
    judging.py      is the log the reference's, and if not, why?
    tournament.py   all runs; scoreboard.py, what is said of them
"""
