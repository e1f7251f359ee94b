"""`make bench`: every measurement, one after the other."""

from bench import boards, starts, together, writes

for measurement in (boards, writes, starts, together):
    measurement.main()
