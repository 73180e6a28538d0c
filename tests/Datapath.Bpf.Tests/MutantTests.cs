using System.Reflection;
using Cilium.Framework.Datapath.Bpf.Tests.Conntrack;
using Cilium.Framework.Datapath.Bpf.Tests.Races;
using Cilium.Framework.Datapath.Bpf.Tests.Real;

namespace Cilium.Framework.Datapath.Bpf.Tests;

/// <summary>Each deliberate defect of the programs makes a test fail.</summary>
[Trait("Needs", "Root")]
public sealed class MutantTests
{
    private static readonly Dictionary<string, (Type Class, string Method, object[] Arguments)> Catchers = new()
    {
        ["01-mac-check"] = (typeof(AntiSpoofTests), nameof(AntiSpoofTests.A_foreign_source_mac_is_dropped), []),
        ["02-ip-check"] = (typeof(AntiSpoofTests), nameof(AntiSpoofTests.A_foreign_source_address_is_dropped), ["10.90.1.9", "10.90.1.2"]),
        ["03-no-address-number"] = (typeof(ValidByNumberTests), nameof(ValidByNumberTests.An_identity_that_changes_in_the_ipcache_ends_the_verdict), []),
        ["04-no-policy-number"] = (typeof(ConnectionTests), nameof(ConnectionTests.An_open_connection_ends_with_the_entry_that_allowed_it_in_both_directions), []),
        ["05-no-ingress"] = (typeof(ValidByNumberTests), nameof(ValidByNumberTests.A_denial_that_read_the_old_policy_does_not_outlive_the_change), []),
        ["06-no-egress"] = (typeof(ValidByNumberTests), nameof(ValidByNumberTests.An_identity_that_changes_in_the_ipcache_ends_the_verdict), []),
        ["07-related-any"] = (typeof(IcmpErrorTests), nameof(IcmpErrorTests.An_error_that_does_not_go_to_the_sender_of_the_quoted_packet_is_unrelated), []),
        ["08-related-endpoint"] = (typeof(IcmpErrorTests), nameof(IcmpErrorTests.An_endpoint_may_not_speak_about_connections_of_others), []),
        ["09-rejudge-direction"] = (typeof(ConnectionTests), nameof(ConnectionTests.A_reply_that_comes_first_after_a_change_is_judged_in_the_direction_of_the_connection), []),
        ["10-fragment-unjudged"] = (typeof(FragmentTests), nameof(FragmentTests.A_later_fragment_alone_is_dropped), [false]),
        ["11-netdev-spoof"] = (typeof(AntiSpoofTests), nameof(AntiSpoofTests.A_spoofed_packet_of_an_open_connection_is_dropped_on_a_native_device), []),
        ["12-ttl"] = (typeof(VerdictTests), nameof(VerdictTests.An_allowed_port_is_delivered_with_the_receivers_addresses_and_one_hop_less), ["10.90.1.2"]),
        ["13-checksum"] = (typeof(VerdictTests), nameof(VerdictTests.The_header_checksum_stays_right_when_the_hop_is_taken), []),
        ["14-policy-port"] = (typeof(ValidByNumberTests), nameof(ValidByNumberTests.A_judgement_that_read_the_old_policy_does_not_outlive_the_change), []),
        ["15-deny-number"] = (typeof(ValidByNumberTests), nameof(ValidByNumberTests.A_denial_that_read_the_old_policy_does_not_outlive_the_change), []),
        ["16-number-too-late"] = (typeof(LateNumberTests), nameof(LateNumberTests.A_policy_that_changes_in_the_middle_of_a_judgement_ends_it), []),
        ["17-endpoint-number"] = (typeof(CrashTests), nameof(CrashTests.A_label_change_alone_ends_the_verdicts_of_the_endpoint), []),
        ["18-spoof-through-stack"] = (typeof(ThroughTheStackTests), nameof(ThroughTheStackTests.A_pods_address_from_another_device_is_dropped), []),
        ["19-forwarded-as-host"] = (typeof(ThroughTheStackTests), nameof(ThroughTheStackTests.What_the_node_only_forwards_is_not_marked_as_the_nodes), []),
        ["20-never-expires"] = (typeof(EntryTests), nameof(EntryTests.A_reply_does_not_belong_to_a_connection_that_has_expired), []),
        ["21-never-refreshed"] = (typeof(EntryTests), nameof(EntryTests.A_packet_keeps_its_connection_alive), []),
        ["22-error-about-expired"] = (typeof(EntryTests), nameof(EntryTests.An_error_about_a_connection_that_has_expired_is_judged_by_policy), []),
        ["23-fragment-for-ever"] = (typeof(StaleFragmentTests), nameof(StaleFragmentTests.A_fragment_that_comes_too_late_is_dropped), []),
        ["24-denial-of-anyone"] = (typeof(ThroughTheStackTests), nameof(ThroughTheStackTests.A_denial_of_one_identity_is_not_a_denial_of_another_with_the_same_packet), []),
        ["26-precedent-for-ever"] = (typeof(PrecedentTests), nameof(PrecedentTests.A_new_flow_is_judged_by_the_policy_of_this_moment), []),
        ["27-precedent-of-anyone"] = (typeof(PrecedentTests), nameof(PrecedentTests.A_flow_to_another_port_is_not_judged_by_it), []),
        ["28-change-under-way"] = (typeof(LatestNumberTests), nameof(LatestNumberTests.While_a_change_is_under_way_the_last_number_alone_lets_nothing_pass), []),
        ["29-outer-source"] = (typeof(FromOverlayTests), nameof(FromOverlayTests.Another_node_is_not_believed), ["192.0.2.20", "192.0.2.21"]),
        ["30-vni-over-ipcache"] = (typeof(FromOverlayTests), nameof(FromOverlayTests.A_known_address_has_the_identity_that_is_known), [1004u]),
        ["31-local-identity-travels"] = (typeof(OverlayTests), nameof(OverlayTests.An_identity_that_means_something_here_only_does_not_travel), []),
        ["32-reserved-by-vni"] = (typeof(FromOverlayTests), nameof(FromOverlayTests.But_never_a_reserved_one), [1u]),
        ["33-plain-behind-overlay"] = (typeof(OverlayTests), nameof(OverlayTests.An_address_behind_the_overlay_is_not_believed_on_a_native_device), []),
        ["34-forwarded-travels"] = (typeof(ToOverlayTests), nameof(ToOverlayTests.What_the_node_only_forwards_is_nobodys_and_goes_nowhere), []),
        ["25-address-moved"] = (typeof(EntryTests), nameof(EntryTests.An_entry_that_says_another_endpoint_sends_lets_nothing_pass), []),
    };

    public static TheoryData<string> Mutants => [.. MutantBuild.Names.Where(name => !name.EndsWith(".control", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Mutants))]
    public async Task A_mutant_is_caught(string mutant)
    {
        Require.Bpf();
        Assert.True(Catchers.ContainsKey(mutant), $"{mutant}: name the test that catches it");

        Assert.NotNull(await PlayAsync(mutant, Catchers[mutant]));
    }

    [Fact]
    public async Task What_only_takes_longer_is_not_caught()
    {
        Require.Bpf();
        Assert.Null(await PlayAsync("16-number-too-late.control", Catchers["16-number-too-late"]));
    }

    /// <returns>The failure of the test; null: it passed.</returns>
    private static async Task<Exception?> PlayAsync(string mutant, (Type Class, string Method, object[] Arguments) catcher)
    {
        using var build = await MutantBuild.CompileAsync(mutant);
        Variant.Objects = build.PluginDirectory;
        using var test = (IDisposable)Activator.CreateInstance(catcher.Class)!;
        try
        {
            var result = catcher.Class.GetMethod(catcher.Method)!.Invoke(test, catcher.Arguments);
            if (result is Task task)
                await task;
            return null;
        }
        catch (TargetInvocationException exception) when (exception.InnerException is Xunit.Sdk.IAssertionException)
        {
            return exception.InnerException;
        }
        catch (Exception exception) when (exception is Xunit.Sdk.IAssertionException)
        {
            // A test that waits fails later than it returns.
            return exception;
        }
    }
}
