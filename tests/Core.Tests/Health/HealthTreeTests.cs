using Cilium.Framework.Health;
using Microsoft.Extensions.Time.Testing;

namespace Cilium.Framework.Core.Tests.Health;

public class HealthTreeTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly HealthTree _tree;

    public HealthTreeTests() => _tree = new(_time);

    [Fact]
    public void What_never_reported_is_left_out()
    {
        _tree.Scope("jobs").Scope("routes").Ok("running");
        Assert.Equal("jobs.routes", Assert.Single(_tree.Snapshot()).Path);
    }

    [Fact]
    public void One_degraded_component_degrades_the_whole()
    {
        _tree.Scope("a").Ok("fine");
        Assert.Equal(HealthLevel.Ok, _tree.Level);
        _tree.Scope("b").Scope("c").Degraded("map cannot be written", new IOException("no space"));
        Assert.Equal(HealthLevel.Degraded, _tree.Level);
        Assert.Equal("map cannot be written: no space", _tree.Snapshot()[1].Message);
    }

    [Fact]
    public void A_level_is_dated_from_when_it_began()
    {
        var scope = _tree.Scope("a");
        scope.Degraded("first");
        var began = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(3));
        scope.Degraded("second");
        Assert.Equal((began, "second"), (_tree.Snapshot()[0].Since, _tree.Snapshot()[0].Message));
        scope.Ok("well");
        Assert.Equal(_time.GetUtcNow(), _tree.Snapshot()[0].Since);
    }

    [Fact]
    public void Asking_twice_for_a_name_gives_the_same_node() => Assert.Same(_tree.Scope("a"), _tree.Scope("a"));
}
